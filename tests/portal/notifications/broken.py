"""A template tag with a fault in the database, for the broken mails among our templates."""

from django import template
from django.db import connection

register = template.Library()


@register.simple_tag
def impossible_query():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")

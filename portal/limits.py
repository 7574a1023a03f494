"""How often one visitor may write: counted in the shared cache, so that every process counts together."""

import hashlib
import ipaddress

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

#: An IPv6 visitor is her network: she changes the rest of the address at will (RFC 8981).
IPV6_NETWORK = 64


def take(what: str, who: str, *, at_most: int, seconds: int) -> bool:
    """Count one more ``what`` of ``who``; False when there were ``at_most`` within ``seconds`` already.

    The count begins with the first one and ends ``seconds`` later, whatever comes between.
    Raises the cache's error (``redis.exceptions.RedisError``) when it is away: without the count nothing is written.
    """
    key = f"limit:{what}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) <= at_most
    except ValueError:  # it ended between the two lines
        cache.set(key, 1, timeout=seconds)
        return at_most > 0


def visitor(request: HttpRequest) -> str:
    """Where a request comes from: an IPv4 address, or the network of an IPv6 one.

    Behind a proxy only what trusted proxies added counts. Raises ``PermissionDenied`` when there is no address.
    """
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))

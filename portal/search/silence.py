"""Words that join others or begin a question, folded. They are dropped from a query, not from texts: nobody finds
anything by them, and a long question has many."""

import re

_ENGLISH = """
a about all also am an and any are as at be been before but by can could do does did each for from get gets
getting go had has have having he her his how i if in into is it its let like may me might more most must my
need needs no not of off on one or other our out over own per put should so some somebody someone something
such than that the their them then there these they this those to too under up us want wants was we were what
when where whether which while who whom whose why will with without would you your im id ive dont doesnt
please tell know make makes
"""
_SPANISH = """
al algo alguien algun alguna ante antes aqui asi aun aunque cada como con cosa cual cuales cualquier cuando
cuanto cuanta cuantos cuantas de debe debo deben del desde donde dos e el ella ellos en entre era es esa ese
eso esta estan estar este esto estos fue fuera ha haber hace hacen hacer hacia han hasta hay la las le les lo
los mas me mi mis mucho muy nada necesita necesito ni no nos nosotros nuestra nuestro o otra otro para pero
poder podemos por porque puede pueden puedo pues que quiere quiero quien quienes se sea segun ser si sin sino
sobre solo somos son soy su sus tal tambien tan tanto te tener tengo tenemos tiene tienen toda todo todos tu
tus un una uno unos unas usar ya yo
"""
_FRENCH = """
afin ai aller apres au aucun aussi autre aux avant avec avez avoir avons c ca car ce cela celle celui ces cet
cette ceux chaque chez ci comme comment d dans de depuis des dois doit doivent donc dont du elle elles en
encore entre est et etre eux faire fait faut font il ils j je jusqu l la laquelle le lequel les leur leurs
lors lorsque lui m ma mais me meme mes moi mon n ne ni nos notre nous on ont ou par parce pas peu peut peuvent
peux plus pour pourquoi puis puisque qu quand que quel quelle quelles quels qui quoi s sa sans se selon sera
ses si soit sommes son sont sous suis sur ta te tes toi ton tous tout toute toutes tres tu un une vers veut
veux voici voila vos votre vous y
"""
# Folded to simplified characters.
_CHINESE = """
怎么办 怎么样 什么样 是不是 有没有 能不能 可不可以 要不要 该不该 会不会 怎么 怎样 如何 什么 哪里
哪些 哪个 哪种 哪一种 哪一个 哪 谁 为何 为什么 多少 几 吗 呢 吧 啊 的 了 着 过 地 得 是
有 在 到 从 和 与 及 或 跟 对 于 把 被 让 给 我 我们 我的 你 你们 他 她 它 他们 自己
这 这个 这些 那 那个 那些 想 想要 要 需要 应该 该 可以 可 能 会 必须 得 先 就 都 也 还
再 又 才 只 很 更 最 不 没 没有 请 请问 一个 一下 一些 之 其 以 而 但 因为 所以 如果
时候 时 里 上 下 中 个 些 种 家 位 不肯 肯 怎 说 用 来 去
"""

SILENT = frozenset(f"{_ENGLISH} {_SPANISH} {_FRENCH}".split())

#: The longest first, because they are cut out of sentences.
SILENT_HAN = re.compile("|".join(sorted(_CHINESE.split(), key=len, reverse=True)))
NOTHING = re.compile(r"(?!)")

"""Telling an error page that says "200 OK" from a page. A hint for keepers, never a verdict."""

import re
from urllib.parse import unquote, urlsplit

#: Error pages say it in their title or first heading, or in all of a very short page.
SHORT = 4_000
#: Encodings that public sites use; a name we do not know is no reason to fail.
ENCODINGS = {
    "utf-8", "utf8", "iso-8859-1", "latin1", "windows-1252", "iso-8859-15", "big5", "big5-hkscs", "gb2312", "gbk",
    "gb18030", "shift_jis", "euc-jp", "euc-kr", "windows-1251", "windows-874", "us-ascii",
}  # fmt: skip

_THING = r"(?:page|file|site|document|resource|content|url)s?"
_COSA = r"(?:p[áa]gina|documento|contenido|recurso|archivo)"
_CHOSE = r"(?:page|document|contenu|ressource|fichier)"
_HAN = r"(?:網頁|頁面|网页|页面|此頁|該頁|此页|该页|文件|檔案|資料|内容|內容)"
_NO_HAN = r"(?:找不到|查無|查无|沒有找到|没有找到|無法找到|无法找到|未找到)"
_PHRASES = [
    # English
    rf"\b{_THING} (?:\w+ ){{0,4}}?(?:not|cannot|could not|can['’]t)(?: be)? (?:found|exist|available|located)\b",
    rf"\b{_THING} (?:you (?:are|were) looking for|(?:you )?requested).{{0,40}}\b(?:not|n['’]t|moved|removed|gone)\b",
    rf"\b{_THING} (?:no longer exists|does(?: not|n['’]t) exist|has been (?:removed|deleted))\b",
    r"^(?:sorry[ ,.:–-]*)?we (?:can['’]t|cannot|couldn['’]t|could not) find\b.{0,30}\b(?:page|that)\b",
    r"^(?:error[ :–-]*)?not found$",
    # Spanish
    rf"\b{_COSA} (?:\w+ ){{0,4}}?no (?:(?:fue|ha sido) )?(?:encontrad[ao]|existe|(?:est[áa] )?disponible)",
    rf"\b{_COSA} (?:\w+ ){{0,4}}?(?:no se (?:encuentra|encontr[óo]|ha encontrado|pudo encontrar)|inexistente)",
    rf"\bno (?:(?:se|hemos|se ha|se pudo) )?enc(?:ontr|uentr)\w+ (?:la|el|est[ae]) {_COSA}\b",
    # French
    rf"\b{_CHOSE} (?:\w+ ){{0,4}}?(?:introuvable|inexistante?|non trouv[ée]e?)",
    rf"\b{_CHOSE} (?:\w+ ){{0,4}}?n['’](?:(?:existe|est) (?:pas|plus)|a pas (?:[ée]t[ée] |pu [êe]tre )?trouv[ée]e?)",
    rf"\bnous (?:n['’]avons pas trouv[ée]|ne trouvons pas) (?:la|le|cette|ce) {_CHOSE}\b",
    # Chinese, in both scripts
    rf"{_NO_HAN}.{{0,8}}{_HAN}",
    rf"{_HAN}.{{0,6}}(?:{_NO_HAN}|不存在|已移除|已刪除|已删除|已失效)",
    # Everywhere
    r"^(?:http )?(?:error|錯誤|错误|erreur)?[ :#-]*404\b",
    r"\b(?:error|錯誤|错误|erreur|http)[ :#-]*404\b",
    r"\b404[ :|–-]*(?:error|not found|no encontrad|page|página|錯誤|错误|erreur)",
]
_ERROR_WORDS = re.compile("|".join(f"(?:{phrase})" for phrase in _PHRASES), re.IGNORECASE)
#: Bounded, so that no text makes them slow.
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_HEADING = re.compile(r"<h1[^>]{0,500}>(.{0,500}?)</h1", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,1000}>")
_SPACE = re.compile(r"\s+")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,20})", re.IGNORECASE)
_HOME = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][a-z]{2,4})?/?)?(?:(?:index|default|home|main|inicio|accueil)(?:\.\w{2,5})?/?)?",
    re.IGNORECASE,
)
_ERROR_PATH = re.compile(
    r"(?:^|[/_.-])(?:404|not[-_]?found|page[-_]?not[-_]?found|error[-_]?404|no[-_]?encontrada|introuvable)(?:$|[/_.-])",
    re.IGNORECASE,
)


def looks_like_an_error_page(*, asked: str, found: str, page: bytes, charset: str = "") -> bool:
    """Whether what came for ``asked``, at the address ``found``, tells people that the page is not there.

    ``page`` is the beginning of its HTML, or nothing when it is of another kind.
    """
    return _was_sent_away(asked, found) or any(_ERROR_WORDS.search(text) for text in _first_words(page, charset))


def _was_sent_away(asked: str, found: str) -> bool:
    """A deep link that ends at the front door or at a page named for errors."""
    was, now = unquote(urlsplit(asked).path), unquote(urlsplit(found).path)
    if was == now:
        return False
    if _ERROR_PATH.search(now) and not _ERROR_PATH.search(was):
        return True
    has_query = bool(urlsplit(found).query)  # old sites show every page at "/index?page=…"
    return bool(_HOME.fullmatch(now)) and not _HOME.fullmatch(was) and not has_query


def _first_words(page: bytes, charset: str) -> list[str]:
    text = _decoded(page, charset)
    found = [*_TITLE.findall(text)[:1], *_HEADING.findall(text)[:1]]
    if len(page) <= SHORT:
        found.append(text[:SHORT])
    return [_plain(words) for words in found]


def _plain(html: str) -> str:
    return _SPACE.sub(" ", _TAG.sub(" ", html)).strip()


def _decoded(page: bytes, charset: str) -> str:
    said = _CHARSET.search(page[:4_000])
    name = (charset or (said[1].decode("ascii") if said else "")).strip("\"' ;").lower()
    return page.decode(name if name in ENCODINGS else "utf-8", errors="replace")

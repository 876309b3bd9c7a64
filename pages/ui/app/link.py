"""The link that restores a page: the address holds all inputs but long texts, which travel packed in one parameter."""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence

import streamlit as st

from core.errors import InputError
from pages.ui.app.guard import guard
from pages.ui.app.page_table import find_page, link_target
from pages.ui.figures.component import component

SHOWN, LINKED = "page_shown", "page_linked"  # where the session keeps which page it shows, and if a link led there
PARAMETER = "long_texts"
JOB = "_job"  # what the parameters end in that hold the id of a job
LONGEST = 30_000  # characters of the parameter; longer addresses are cut by mail programs and refused by servers
MOST_BYTES = 4_000_000  # of all texts unpacked
CARRIED, ARRIVED = "link_carried", "link_arrived"
_mount = component("copy_link", "buttons", style="buttons")


def pack(texts: Mapping[str, str]) -> str:
    """Texts by key as one word for an address, the same for the same texts."""
    plain = json.dumps(texts, ensure_ascii=False, sort_keys=True).encode()
    return base64.urlsafe_b64encode(zlib.compress(plain, 9)).decode().rstrip("=")


def unpack(word: str) -> dict[str, str]:
    """The texts again; InputError if this is nothing that `pack` could have made."""
    try:
        packed = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        unpacking = zlib.decompressobj()
        plain = unpacking.decompress(packed, MOST_BYTES)
        texts = json.loads(plain) if unpacking.eof else None
        if not isinstance(texts, dict):
            raise damaged()
        "".join(texts.values()).encode()
    except (binascii.Error, RecursionError, TypeError, ValueError, zlib.error) as e:
        raise damaged() from e
    return texts


def damaged() -> InputError:
    """What the visitor reads about a link that cannot be read."""
    return InputError(
        "The long texts of this link cannot be read.", "It is incomplete or has been changed. Ask for it again."
    )


def start() -> None:
    """Reads the link that the visitor came by, if it has long texts; once each, so that they can be edited."""
    st.session_state[CARRIED] = {}
    word = st.query_params.get(PARAMETER)
    if not word:
        return
    with guard():
        texts = unpack(word)
        if st.session_state.get(ARRIVED, (None,))[0] != word:
            st.session_state[ARRIVED] = (word, texts)


def restore(key: str) -> None:
    """Gives the text box `key`, before it is made, the text that came with the link."""
    _, texts = st.session_state.get(ARRIVED, ("", {}))
    if key in texts:
        st.session_state[key] = texts.pop(key)


def carry(key: str, text: str) -> None:
    """Takes a text that the address does not hold into the link."""
    st.session_state.setdefault(CARRIED, {})[key] = text


def scope() -> None:
    """The sentence on what a link restores; what it says of a job stands with the job."""
    files = "" if any(key.endswith(JOB) for key in st.query_params) else ", except files and pasted lines"
    st.caption(f"The link restores everything you entered{files}.")


def copy_link() -> None:
    """The button that copies the link, or explains why there is none."""
    texts = st.session_state.get(CARRIED, {})
    word = pack(texts) if texts else ""
    if st.query_params.get(PARAMETER, word) != word:
        del st.query_params[PARAMETER]  # the texts that came with the link have changed since
    if len(word) > LONGEST:
        with st.popover("Link", icon=":material/link_off:", width="content"):
            size = sum(map(len, texts.values()))
            st.write(f"These {size:,} characters are too long for a link. The JSON file contains them and the result.")
        return
    _mount(key="copy-link", data={"parameter": PARAMETER, "word": word}, width="content")


def to_compare(label: str, task: str, checkpoints: Sequence[str], key: str) -> None:
    """The button that goes to the page Compare with these checkpoints chosen for this task.

    No link: what a visitor chose there before would come before what an address says.
    """
    page = find_page("compare.py")
    chosen = {"compare_view": "Several models", "task": task, f"compare_{task}_checkpoints": list(checkpoints)}
    if st.button(label, icon=page.icon, key=key, on_click=st.session_state.update, args=(chosen,)):
        st.switch_page(link_target(page), query_params=chosen)


def follow_the_link(url_path: str) -> None:
    """Where a link led to the page, what it asks for comes before what the visitor had there earlier."""
    if st.session_state.get(SHOWN) == url_path:
        return
    st.session_state[SHOWN] = url_path
    st.session_state[LINKED] = bool(st.query_params)
    for key in st.query_params:
        st.session_state.pop(key, None)
        st.session_state.pop(f"{key}_pair", None)  # the second text that an earlier first one had


def choose_view(key: str) -> None:
    """Where a link that names no view led to the page, its first view is shown, not what the visitor had there."""
    if st.session_state.pop(LINKED, False) and key not in st.query_params:
        st.session_state.pop(key, None)

"""Bringing a checkpoint in: an id of the Hub or an archive, what it offers, its way here, what to do with it then."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.background import Progress
from core.checkpoints.arrivals import LARGEST_MB
from core.checkpoints.catalog import Checkpoint, spoken
from core.checkpoints.known import Facts, KnownCheckpoint, known_checkpoints
from core.errors import PlaygroundError
from core.hub.fetch import Fetch
from core.hub.offer import Offer
from core.settings import load_settings
from core.tasks import TASKS
from core.text.phrases import shorten
from pages.ui.answers.cost import megabytes
from pages.ui.app import engine, visitor
from pages.ui.app.arriving import opened
from pages.ui.app.desk import answer, asking
from pages.ui.app.guard import guard
from pages.ui.app.keys import safe_key
from pages.ui.app.page_table import find_page, link_target
from pages.ui.app.visitor import OWN, own
from pages.ui.figures.markup import callout, plain_label, show
from pages.ui.inputs import missing
from pages.ui.inputs.forms import form_of
from pages.ui.inputs.kept import kept
from pages.ui.views.files.file_view import REFRESH_S, duration
from pages.ui.views.models import capabilities, known, offers

DOWNLOAD = ":material/download:"
FETCH, ROW = "models_fetch", "models_row"  # what is downloaded, and the row of the catalogue that it was chosen in
OFFER = "models_offer"
ARCHIVE, SEEN, REFUSED = "models_archive", "models_archive_seen", "models_archive_refused"


def from_the_hub(place: Any, shown: Sequence[str]) -> None:
    """The whole flow: id, look, offer, fetch. What comes out stands in `place`, but the way of what was chosen in the
    catalogue stands in its row if that is among those `shown`."""
    names = list(known_checkpoints())
    with asking():
        id = st.selectbox(
            "Hub model ID",
            names,
            index=None,
            placeholder="Choose from the catalogue, or type any ID: organisation/name",
            accept_new_options=True,
            **kept("models_id"),
        )
        look = st.button("Look up", type="primary", icon=":material/search:", width="stretch")
    with place, guard():
        if look:
            st.session_state.pop(OFFER, None)
            st.session_state[OFFER] = read_offer(id or "")
        fetch: Fetch | None = st.session_state.get(FETCH)
        if fetch and not is_in_row(fetch, shown) and (fetch.progress().running or not look):
            on_its_way(fetch)
        offer: Offer | None = st.session_state.get(OFFER)
        if offer and not (fetch and fetch.offer.id == offer.id and fetch.row):
            offers.card(offer, engine.get_engine().status())
            if offer.id in {row.id for row in visitor.catalog()}:
                show(callout(f"{offer.id} is already available.", "You can choose it on any page.", "note"))
            else:
                st.button(
                    f"Download {megabytes(offer.size)}",
                    type="primary",
                    icon=DOWNLOAD,
                    on_click=start,
                    args=(offer,),
                    disabled=bool(fetch and fetch.progress().running),
                )


def read_offer(id: str) -> Offer:
    """What the Hub has under that id."""
    with st.spinner(plain_label(f"Looking up {shorten(id)}"), show_time=True):
        return engine.get_engine().newcomers.read_offer(id)


def catalogue(rows: Iterable[KnownCheckpoint], facts: Mapping[str, Facts]) -> None:
    """A card for each of the rows, with the way to try what is here and to download the rest."""
    here = {row.id: row for row in visitor.catalog()}
    fetch: Fetch | None = st.session_state.get(FETCH)
    with st.container(key="known"):
        for row in rows:
            with st.container(border=True, key=safe_key(f"known_{row.id}")):
                known.card(row, facts[row.id])
                if row.id in here:
                    links(here[row.id], 1, "Try")
                elif fetch and is_in_row(fetch, [row.id]):
                    on_its_way(fetch)
                else:
                    download(row.id, running=bool(fetch and fetch.progress().running))


def download(id: str, *, running: bool) -> None:
    """The button that fetches a checkpoint of the catalogue, unless another download is `running`."""
    key = safe_key(f"models_download_{id}")
    if st.button("Download", icon=DOWNLOAD, key=key, disabled=running):
        with guard():
            start(read_offer(id), id)
            st.rerun()


def is_in_row(fetch: Fetch, shown: Sequence[str]) -> bool:
    """Whether the way of this download is drawn in a row of the catalogue, which is among those `shown`."""
    return fetch.offer.id == st.session_state.get(ROW) and fetch.offer.id in shown


def on_its_way(fetch: Fetch) -> None:
    """The download while it runs, then how it ended."""
    if fetch.progress().running:
        follow()
    else:
        arrived(fetch)


def start(offer: Offer, row: str = "") -> None:
    """Begins the download, in a `row` of the catalogue or above it; it goes on while other pages are looked at."""
    st.session_state[ROW] = row
    st.session_state[FETCH] = engine.get_engine().newcomers.fetch(offer)


@st.fragment(run_every=REFRESH_S)
def follow() -> None:
    """The bar of the download, its time left and its stop."""
    fetch: Fetch = st.session_state[FETCH]
    progress = fetch.progress()
    if not progress.running:
        st.rerun()
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.progress(progress.share, text=plain_label(so_far(fetch.offer, progress)))
    right.button("Stop", icon=":material/stop:", on_click=fetch.stop, key=f"{FETCH}_stop", disabled=progress.stopped)


def so_far(offer: Offer, progress: Progress) -> str:
    """Megabytes that have come, and the time left, in words."""
    done = f"{offer.id}: {progress.done / 1e6:,.1f} of {megabytes(progress.total)}"
    if progress.stopped:
        return f"{done}, stopping"
    if progress.done >= progress.total:
        return f"{offer.id} is downloaded; loading it for the first time"
    seconds = progress.seconds_left
    return done if seconds is None else f"{done}, {duration(seconds)} left"


def arrived(fetch: Fetch) -> None:
    """How the download ended: an error, a stop, or a checkpoint and where to try it."""
    progress = fetch.progress()
    if progress.error:
        show(callout(progress.error.message, progress.error.hint))
    elif fetch.row:
        ready(fetch.row)
    else:
        came = f"{progress.done / 1e6:,.1f} of {megabytes(progress.total)} were downloaded and are kept."
        show(callout(f"The download of {fetch.offer.id} was stopped.", came, "note"))
        st.button("Continue", icon=":material/play_arrow:", on_click=start, args=(fetch.offer, st.session_state[ROW]))


def ready(row: Checkpoint) -> None:
    """The checkpoint is here: what it can do, and the pages to try it on."""
    show(callout(f"{spoken(row.id)} is ready.", row.note or "Try it on:", "note"))
    with st.container(horizontal=True):
        links(row)
    capabilities.in_words(visitor.catalog(), row)


def links(row: Checkpoint, most: int | None = None, label: str = "") -> None:
    """Links to the first pages on which a checkpoint can be tried, with it chosen; `label` in place of their titles."""
    known_row = known_checkpoints().get(row.id)
    places = list(filter(None, (form_of(task).place for task in TASKS if task in row.tasks)))
    for one in places[:most]:
        page = find_page(one.page)
        query = {f"{one.prefix}_checkpoints": row.id} | one.view
        if known_row and known_row.example and one is places[0]:
            query[f"{one.prefix}_text"] = known_row.example
        st.page_link(link_target(page), label=label or page.title, icon=page.icon, query_params=query)


def from_an_archive() -> None:
    """An uploaded ZIP archive becomes a checkpoint of this visitor's own."""
    if not load_settings().uploads:
        with answer():
            show(callout("Uploads of models are switched off here.", "Take one of the models that are ready.", "note"))
        return
    most = min(LARGEST_MB, load_settings().uploads_mb)
    file = st.file_uploader("A fine-tuned model (zip)", ["zip"], max_upload_size=most, key=ARCHIVE)
    with answer():
        show(
            callout(
                "Zip the folder that save_pretrained wrote: config.json, the tokenizer and model.safetensors.",
                "Only you can use the model, and only during this visit. It is deleted when the server stops or when "
                "newer uploads need the space.",
                "note",
            )
        )
        if file and st.session_state.get(SEEN) != file.file_id:
            st.session_state[SEEN], st.session_state[REFUSED] = file.file_id, None
            take(file)
        refused: PlaygroundError | None = st.session_state.get(REFUSED)
        if file and refused:
            show(callout(refused.message, refused.hint))
        if gone := missing.gone(own()):
            show(callout(*missing.made_room(gone), "note"))
        for id in reversed(own()):
            if id not in gone:
                ready(visitor.catalog()[id])


def take(file: UploadedFile) -> None:
    """Makes an archive that has come a checkpoint of this visitor's, or keeps the reason why it is none."""
    try:
        with (
            st.spinner(plain_label(f"Unpacking and loading {shorten(file.name)}"), show_time=True),
            opened(file) as archive,
        ):
            row = engine.get_engine().newcomers.take(file.name, archive)
    except PlaygroundError as e:
        st.session_state[REFUSED] = e  # every rerun has to tell it again
    else:
        st.session_state[OWN] = (*own(), row.id)

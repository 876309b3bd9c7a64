"""Bringing a checkpoint in: an id of the Hub or an archive, what it offers, its way here, what to do with it then."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.arrivals import LARGEST_MB
from core.background import Progress
from core.catalog import VIEW_OF_HEAD, Checkpoint
from core.errors import PlaygroundError
from core.hub.catalog import known_checkpoints
from core.hub.fetch import Fetch
from core.hub.offer import Offer
from core.phrases import shorten
from core.settings import load_settings
from pages.ui import engine, inputs, missing, visitor
from pages.ui.arriving import opened
from pages.ui.desk import answer
from pages.ui.files import REFRESH_S, duration
from pages.ui.markup import callout, plain_label, show
from pages.ui.render import capabilities, offers
from pages.ui.render.cost import megabytes
from pages.ui.router import find_page, link_target
from pages.ui.visitor import OWN, own

FETCH = "models_fetch"
OFFER = "models_offer"
ARCHIVE, SEEN, REFUSED = "models_archive", "models_archive_seen", "models_archive_refused"
PAGE_OF_TASK = {
    "fill-mask": ("fill_mask.py", "fill"),
    "replaced-token-detection": ("fill_mask.py", "swaps"),
    "token-classification": ("entities.py", "entities"),
    "question-answering": ("questions.py", "questions"),
    "text-classification": ("classify.py", "classify"),
    "sentence-similarity": ("similarity.py", "similarity"),
    "attention": ("attention.py", "attention"),
}
VIEW_OF_TASK = {  # where it is not the first of its page
    "replaced-token-detection": {"fill_view": VIEW_OF_HEAD["replaced-token-detection"]}
}


def from_the_hub() -> None:
    """The whole flow: id, look, offer, fetch."""
    names = list(known_checkpoints())
    id = st.selectbox(
        "Hub model ID",
        names,
        index=None,
        placeholder="Choose from the catalogue, or type any ID: organisation/name",
        accept_new_options=True,
        **inputs.kept("models_id"),
    )
    look = st.button("Look", type="primary", icon=":material/search:", width="stretch")
    with answer():
        if look:
            st.session_state.pop(OFFER, None)
            with st.spinner(plain_label(f"Looking up {shorten(id or '')}"), show_time=True):
                st.session_state[OFFER] = engine.get_engine().newcomers.read_offer(id or "")
        fetch: Fetch | None = st.session_state.get(FETCH)
        if fetch and fetch.progress().running:
            follow()
        elif fetch and not look:
            arrived(fetch)
        offer: Offer | None = st.session_state.get(OFFER)
        if offer and not (fetch and fetch.offer.id == offer.id and fetch.row):
            offers.card(offer, engine.get_engine().status())
            if offer.id in {row.id for row in visitor.catalog()}:
                show(callout(f"{offer.id} is already available.", "You can choose it on any page.", "note"))
            else:
                st.button(
                    f"Download {megabytes(offer.size)}",
                    type="primary",
                    icon=":material/download:",
                    on_click=start,
                    args=(offer,),
                    disabled=bool(fetch and fetch.progress().running),
                )


def start(offer: Offer) -> None:
    """Begins the download; it goes on while other pages are looked at."""
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
        st.button("Continue", icon=":material/play_arrow:", on_click=start, args=(fetch.offer,))


def ready(row: Checkpoint) -> None:
    """The checkpoint is here: what it can do, and the pages to try it on."""
    show(callout(f"{row.id} is ready.", row.note or "Try it on:", "note"))
    tasks = [task for task in PAGE_OF_TASK if task in row.tasks]
    with st.container(horizontal=True):
        for task in tasks:
            file, prefix = PAGE_OF_TASK[task]
            page = find_page(file)
            known = known_checkpoints().get(row.id)
            query = {f"{prefix}_checkpoints": row.id} | VIEW_OF_TASK.get(task, {})
            if known and known.example and task == tasks[0]:
                query[f"{prefix}_text"] = known.example
            st.page_link(link_target(page), label=page.title, icon=page.icon, query_params=query)
    capabilities.in_words(visitor.catalog(), row)


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
                "It stays in this visit of yours: nobody else can choose it, and it is gone when the server stops or "
                "newer uploads need its place.",
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

"""Bringing a checkpoint in: an id of the Hub or an archive, what it offers, its way here, what to do with it then."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.checkpoints.arrivals import LARGEST_MB
from core.checkpoints.catalog import Checkpoint, spoken
from core.checkpoints.known import Facts, KnownCheckpoint, known_checkpoints
from core.errors import PlaygroundError
from core.hub.fetch import Fetch
from core.hub.offer import Offer
from core.jobs import Job
from core.settings import load_settings
from core.tasks import TASKS
from core.text.phrases import shorten
from pages.ui.answers.cost import megabytes
from pages.ui.app import engine, jobs, library
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
from pages.ui.views.models import capabilities, known, offers

DOWNLOAD = ":material/download:"
FETCH, ROW = "models_job", "models_row"  # the download, and the row of the catalogue that it was chosen in
KEPT = "What has come is kept: look the model up and download it again, and the download goes on from there."
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
        job = jobs.find(FETCH)
        if job and not is_in_row(job, shown) and (job.progress.running or not look):
            on_its_way(job)
        offer: Offer | None = st.session_state.get(OFFER)
        if not (job or look or offer):
            jobs.show_gone(FETCH, "download", KEPT)
        if offer and not (job and job.work.offer.id == offer.id and job.result):
            offers.card(offer, engine.status())
            if offer.id in {row.id for row in library.catalog()}:
                show(callout(f"{offer.id} is already available.", "You can choose it on any page.", "note"))
            else:
                st.button(
                    f"Download {megabytes(offer.size)}",
                    type="primary",
                    icon=DOWNLOAD,
                    on_click=start,
                    args=(offer,),
                    disabled=jobs.running(job),
                )


def read_offer(id: str) -> Offer:
    """What the Hub has under that id."""
    with st.spinner(plain_label(f"Looking up {shorten(id)}"), show_time=True):
        return library.get_library().read_offer(id)


def catalogue(rows: Iterable[KnownCheckpoint], facts: Mapping[str, Facts]) -> None:
    """A card for each of the rows, with the way to try what is here and to download the rest."""
    here = {row.id: row for row in library.catalog()}
    job = jobs.find(FETCH)
    with st.container(key="known"):
        for row in rows:
            with st.container(border=True, key=safe_key(f"known_{row.id}")):
                known.card(row, facts[row.id])
                if row.id in here:
                    links(here[row.id], 1, "Try")
                elif job and is_in_row(job, [row.id]):
                    on_its_way(job)
                else:
                    download(row.id, running=jobs.running(job))


def download(id: str, *, running: bool) -> None:
    """The button that fetches a checkpoint of the catalogue, unless another download is `running`."""
    key = safe_key(f"models_download_{id}")
    if st.button("Download", icon=DOWNLOAD, key=key, disabled=running):
        with guard():
            start(read_offer(id), id)
            st.rerun()


def is_in_row(job: Job, shown: Sequence[str]) -> bool:
    """Whether the way of this download is drawn in a row of the catalogue, which is among those `shown`."""
    id = job.work.offer.id
    return id == st.session_state.get(ROW) and id in shown


def start(offer: Offer, row: str = "") -> None:
    """Begins the download, in a `row` of the catalogue or above it."""
    st.session_state[ROW] = row
    with guard():
        jobs.start(FETCH, Fetch(offer))


def on_its_way(job: Job) -> None:
    """The download while it runs, then how it ended."""
    if job.progress.running:
        jobs.follow(FETCH, so_far)
        st.caption("You can close this page: the download goes on, and this page's address leads back to it.")
    else:
        arrived(job)


def so_far(job: Job) -> str:
    """Megabytes that have come, and the time left, in words."""
    id, progress = job.work.offer.id, job.progress
    if progress.done >= progress.total and not progress.stopped:
        return plain_label(f"{id} is downloaded; loading it for the first time")
    return plain_label(jobs.so_far(progress, f"{id}: {progress.done / 1e6:,.1f} of {megabytes(progress.total)}", ""))


def arrived(job: Job) -> None:
    """How the download ended: an error, a stop, or a checkpoint and where to try it."""
    offer, progress = job.work.offer, job.progress
    if progress.error:
        show(callout(progress.error.message, progress.error.hint))
    elif job.result:
        ready(job.result)
    else:
        came = f"{progress.done / 1e6:,.1f} of {megabytes(progress.total)} were downloaded and are kept."
        show(callout(f"The download of {offer.id} was stopped.", came, "note"))
        st.button("Continue", icon=":material/play_arrow:", on_click=start, args=(offer, st.session_state.get(ROW, "")))


def ready(row: Checkpoint) -> None:
    """The checkpoint is here: what it can do, and the pages to try it on."""
    show(callout(f"{spoken(row.id)} is ready.", row.note or "Try it on:", "note"))
    with st.container(horizontal=True):
        links(row)
    capabilities.in_words(library.catalog(), row)


def links(row: Checkpoint, most: int | None = None, label: str = "", text: str = "") -> None:
    """Links to the first places where a checkpoint can be tried, with it chosen; `label` in place of their titles,
    `text` for the first of them."""
    known_row = known_checkpoints().get(row.id)
    text = text or (known_row.example if known_row else "")
    places = list(filter(None, (form_of(task).place for task in TASKS if task in row.tasks)))
    for one in places[:most]:
        page = find_page(one.page)
        query = {f"{one.prefix}_checkpoints": row.id} | one.view
        if text and one is places[0]:
            query[f"{one.prefix}_text"] = text
        st.page_link(link_target(page), label=label or one.title or page.title, icon=page.icon, query_params=query)


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
                ready(library.catalog()[id])


def take(file: UploadedFile) -> None:
    """Makes an archive that has come a checkpoint of this visitor's, or keeps the reason why it is none."""
    try:
        with (
            st.spinner(plain_label(f"Unpacking and loading {shorten(file.name)}"), show_time=True),
            opened(file) as archive,
        ):
            row = library.get_library().take(file.name, archive)
    except PlaygroundError as e:
        st.session_state[REFUSED] = e  # every rerun has to tell it again
    else:
        st.session_state[OWN] = (*own(), row.id)

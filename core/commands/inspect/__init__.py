"""`python -m core inspect WHAT …`: what stands behind an answer, as one JSON object. One file per subject."""

import typer

from core.commands.on_demand import OnDemand, add

SUBJECTS = {  # name of each command to its file; the function has the name of the command
    "ablate": "ablate",
    "attention": "attention",
    "attribute": "attribute",
    "cka": "cka",
    "claims": "claims",
    "faithfulness": "faithfulness",
    "heads": "heads",
    "lens": "lens",
    "neurons": "neurons",
    "probe": "probing",
    "counterfactuals": "counterfactuals",
}

app = typer.Typer(cls=OnDemand, help="Looks inside a checkpoint and prints one JSON object.")
for name, file in SUBJECTS.items():
    add(app, f"{__name__}.{file}:{name}", name)

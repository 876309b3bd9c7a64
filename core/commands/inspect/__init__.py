"""`python -m core inspect WHAT …`: what stands behind an answer, as one JSON object. One file per subject."""

import typer

from core.commands.inspect.ablate import ablate
from core.commands.inspect.attention import attention
from core.commands.inspect.attribute import attribute
from core.commands.inspect.cka import cka
from core.commands.inspect.claims import claims
from core.commands.inspect.counterfactuals import counterfactuals
from core.commands.inspect.faithfulness import faithfulness
from core.commands.inspect.heads import heads
from core.commands.inspect.lens import lens
from core.commands.inspect.neurons import neurons
from core.commands.inspect.probing import probe

app = typer.Typer(help="Looks inside a checkpoint and prints one JSON object.")
app.command()(ablate)
app.command()(attention)
app.command()(attribute)
app.command()(cka)
app.command()(claims)
app.command()(faithfulness)
app.command()(heads)
app.command()(lens)
app.command()(neurons)
app.command()(probe)
app.command()(counterfactuals)

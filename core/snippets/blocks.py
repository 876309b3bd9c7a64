"""The layers of a network in the order in which they are applied, as the snippets find them."""

BLOCKS = 'blocks = list(next(part for name, part in model.named_modules() if name.endswith("{}")))'
SHARED = (
    'group = next(part for name, part in model.named_modules() if name.endswith("albert_layer_groups"))\n'
    "blocks = [group[0].albert_layers[0]] * model.config.num_hidden_layers"
)

"""What architectures call the parts of a layer, where it is not BERT's name. Plain names, for code to copy too."""

LAYERS = {"distilbert": "transformer.layer", "modernbert": "layers", "squeezebert": "encoder.layers"}
JOINS = {  # the product that takes the vectors of a layer's heads
    "albert": "attention.dense",
    "distilbert": "attention.out_lin",
    "modernbert": "attn.Wo",
    "mpnet": "attention.attn.o",
    "squeezebert": "post_attention.conv1d",
}
FEED_FORWARDS = {  # the last product of its feed-forward part
    "albert": "ffn_output",
    "distilbert": "ffn.lin2",
    "modernbert": "mlp.Wo",
    "squeezebert": "output.conv1d",
}
LAYER, JOIN, FEED_FORWARD = "encoder.layer", "attention.output.dense", "output.dense"  # BERT's

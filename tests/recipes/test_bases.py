"""A base under a new head: its weights are read whole, its dropout is the recipe's."""

from transformers import BertForSequenceClassification

from core.checkpoints.catalog import MODELS
from recipes.bases import head_config, with_head


def test_a_base_in_blocks_is_read_whole():
    folder = MODELS / "minilm-fill-mask"
    model = with_head(folder, BertForSequenceClassification, head_config(folder, labels=("no", "perhaps", "yes")))
    assert model.bert.embeddings.word_embeddings.weight.std() > 0.03  # 0.02 where it is drawn
    assert model.config.id2label == {0: "no", 1: "perhaps", 2: "yes"}


def test_dropout_is_set_by_the_name_of_the_family():
    assert head_config(MODELS / "mini-bert", dropout=0.2).hidden_dropout_prob == 0.2
    config = head_config(MODELS / "mini-distilbert", dropout=0.2)
    assert (config.dropout, config.attention_dropout) == (0.2, 0.0)

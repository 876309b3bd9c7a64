"""`python -m core.vectors.umap_layout`: vectors from standard input to points on standard output, both as .npy files.

A process of its own, since UMAP compiles itself for many seconds, during which no other thread of a process gets on.
"""

import io
import sys

import numpy as np
import umap

from core.vectors.projection import SEED


def main() -> None:
    """Lays (n, hidden) vectors, n at least 4, out in a plane."""
    vectors = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    neighbours = min(15, len(vectors) - 1)
    start = "spectral" if len(vectors) > 20 else "random"
    model = umap.UMAP(n_neighbors=neighbours, metric="cosine", init=start, random_state=SEED, n_jobs=1)
    np.save(sys.stdout.buffer, model.fit_transform(vectors).astype(np.float32), allow_pickle=False)


if __name__ == "__main__":
    main()

"""Let Keras learn one 3x3 filter that tells X from O, from three starts.

``python -m tools.learned_filters`` writes ``data/learned_filters.npz``, which lesson 01
shows. The network is one convolution with a single filter, its largest value over the
whole map, and a sigmoid: the learner's ``classify`` with nine learned weights and a
learned threshold. Each start is a seed of Keras's initial weights; all are kept, the
one that gets stuck included.
"""

import numpy as np

from byhand import data
from byhand.referee import load_keras

SEEDS = (0, 1, 2)
PICTURES, EPOCHS, BATCH, RATE = 400, 30, 20, 0.02
HOW = {"turn": 10, "scale": 0.3, "noise": 0.01}


def learn(seed: int) -> tuple[np.ndarray, float, str]:
    """Train from one start.

    Returns the filter, shape (3, 3); the share of 400 new pictures that it gets
    right; and the name, "X" or "O", that a high match speaks for.
    """
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    pictures, labels = data.xo_pictures(PICTURES, seed=1, **HOW)
    network = keras.Sequential(
        [
            keras.Input((*pictures.shape[1:], 1)),
            keras.layers.Conv2D(1, 3, use_bias=False),
            keras.layers.GlobalMaxPooling2D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    network.compile(keras.optimizers.Adam(RATE), "binary_crossentropy")
    network.fit(pictures[..., None], labels, BATCH, EPOCHS, verbose=0)
    fresh, answers = data.xo_pictures(PICTURES, seed=2, **HOW)
    said = network.predict(fresh[..., None], verbose=0)[:, 0] > 0.5
    kernel = network.layers[0].get_weights()[0][:, :, 0, 0]
    vote = data.XO_NAMES[int(network.layers[2].get_weights()[0][0, 0] > 0)]
    return kernel.astype(np.float64), float(np.mean(said == answers)), vote


def main() -> None:
    """Learn from every start and write the filters with their shares."""
    filters, shares, votes = zip(*map(learn, SEEDS), strict=True)
    path = data.folder() / "learned_filters.npz"
    np.savez_compressed(
        path, filters=np.stack(filters), right=np.array(shares), votes=np.array(votes)
    )
    for kernel, share, vote in zip(filters, shares, votes, strict=True):
        print(f"speaks for {vote}, right on {share:.3f}\n{kernel.round(1)}")


if __name__ == "__main__":
    main()

"""Train the network that lesson 08 shows before the learner has trained one.

``python -m tools.recorded_network`` writes ``data/network.npz``. It has the layers of
lesson 08, and ink is 1 and paper 0 on its pictures, so that it answers nothing that the
lesson asks for: there ink is 1 and paper is -1.
"""

import numpy as np

from byhand import data
from byhand.referee import load_keras

PICTURES, EPOCHS, BATCH, RATE, SEED = 600, 12, 16, 0.004, 1
HOW = {"turn": 10, "scale": 0.1}


def learn() -> tuple[list[np.ndarray], float]:
    """Return six arrays, and the share of 400 new pictures that they get right."""
    keras = load_keras()
    keras.utils.set_random_seed(SEED)
    network = keras.Sequential(
        [
            keras.Input((18, 18, 1)),
            keras.layers.Conv2D(6, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(12, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(2),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(RATE), loss)
    pictures, labels = data.xo_pictures(PICTURES, seed=1, **HOW)
    network.fit(_inked(pictures), labels, BATCH, EPOCHS, verbose=0)
    fresh, answers = data.xo_pictures(400, seed=2, **HOW)
    said = network.predict(_inked(fresh), verbose=0).argmax(axis=1)
    return network.get_weights(), float(np.mean(said == answers))


def _inked(pictures: np.ndarray) -> np.ndarray:
    framed = np.pad(pictures > 0, ((0, 0), (0, 1), (0, 1)))
    return framed[..., None].astype(np.float32)


def main() -> None:
    """Train and write the weights."""
    weights, share = learn()
    named = {f"weights_{k}": w.astype(np.float32) for k, w in enumerate(weights)}
    np.savez_compressed(data.folder() / "network.npz", **named)
    print(f"right on {share:.3f}")


if __name__ == "__main__":
    main()

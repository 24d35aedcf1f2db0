"""What several exercises of this lesson share."""

from byhand import referee


def signs(rng, *shape):
    """Return random +1 and -1, as the pixels of a glyph."""
    return rng.choice([-1.0, 1.0], size=shape)


def match_maps(picture, feature):
    """Ask a convolution, and divide by the number of the feature's pixels."""
    return referee.conv2d(picture, feature) / feature.size

"""The images that a model is built for and trained on, checked: each mistake gets its sentence."""

import torch


def images_of(data):
    """The training and test images as float tensors, or a sentence about what is wrong with
    them.
    """
    train, test = (data, None) if torch.is_tensor(data) else (data.train, data.test)
    for name, images in (("training", train), ("test", test)):
        if images is None:
            continue
        if images.ndim != 2:
            raise ValueError(
                f"The {name} images have shape {tuple(images.shape)}; expected (N, P), one row of"
                " pixels an image. Flatten them with images.reshape(len(images), -1)."
            )
        if images.numel() == 0:
            if name == "test":
                test = None
                continue
            raise ValueError(
                f"There are no {name} images (shape {tuple(images.shape)}); training needs at least"
                " one."
            )
        if not images.is_floating_point():
            raise ValueError(
                f"The {name} images are {images.dtype}; expected floats in [0, 1]: images.float() /"
                " 255."
            )
        bad = ~torch.isfinite(images).all(1)
        if bad.any():
            raise ValueError(
                f"{int(bad.sum())} of the {len(images)} {name} images hold NaN or infinite pixels,"
                f" the first at row {int(bad.nonzero()[0])}. Drop them:"
                " images[torch.isfinite(images).all(1)]."
            )
    return train, test

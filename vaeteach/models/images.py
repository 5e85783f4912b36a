"""The images that a model is built for and trained on, checked: each mistake gets its sentence."""

import numpy as np
import torch


def images_of(data):
    """(training images, test images or None) of all that `build_vae` and `fit` take as data.

    data: ImageData, images (N, P) as a float tensor or array, or a pair (train, test) of these.
    Arrays become tensors of torch's default type. Raises TypeError for data of another kind,
    ValueError for images that no model can be trained on.
    """
    if hasattr(data, "train") and hasattr(data, "test") and not callable(data.train):
        train, test = data.train, data.test
    elif isinstance(data, (tuple, list)) and len(data) == 2 and all(map(_has_rows, data)):
        train, test = data
    else:
        train, test = data, None
    train, test = _checked("training", train), None if test is None else _checked("test", test)
    if test is not None and test.numel() == 0:
        test = None
    if len(train) == 0 or train.numel() == 0:
        raise ValueError(
            f"There are no training images (shape {tuple(train.shape)}); training needs at least"
            " one."
        )
    if test is not None and test.shape[1] != train.shape[1]:
        raise ValueError(
            f"The training images have {train.shape[1]} pixels and the test images"
            f" {test.shape[1]}. A pair is (train, test), both images; labels are not needed."
        )
    return train, test


def pixel_mask(observed, x):
    """`observed` as a Boolean mask of the pixels of x (B, P), (P,) or (B, P); else ValueError."""
    observed = torch.as_tensor(observed)
    if observed.dtype != torch.bool or observed.shape not in (x.shape, x.shape[1:]):
        raise ValueError(
            f"observed must be a Boolean mask of pixels, shape {tuple(x.shape[1:])} or"
            f" {tuple(x.shape)}; got {observed.dtype}, shape {tuple(observed.shape)}."
        )
    return observed


def _has_rows(part):
    return torch.is_tensor(part) or isinstance(part, np.ndarray)


def _checked(name, images):
    if isinstance(images, np.ndarray):
        images = _tensor(name, images)
    if not torch.is_tensor(images):
        raise TypeError(
            f"The {name} images are a {type(images).__name__}; expected ImageData, as load()"
            f" returns, or a tensor or array of images, (N, P). {_advice(images)}"
        )
    if images.layout is not torch.strided:
        raise ValueError(f"The {name} images are a sparse tensor; images.to_dense() makes it full.")
    if images.ndim != 2:
        raise ValueError(
            f"The {name} images have shape {tuple(images.shape)}; expected (N, P), one row of"
            " pixels an image. Flatten them with images.reshape(len(images), -1)."
        )
    if not images.is_floating_point():
        raise ValueError(
            f"The {name} images are {images.dtype}; expected floats in [0, 1]: images.float() /"
            " 255 for bytes, images.float() for truth values."
        )
    bad = ~torch.isfinite(images).all(1)
    if bad.any():
        raise ValueError(
            f"{int(bad.sum())} of the {len(images)} {name} images hold NaN or infinite pixels,"
            f" the first at row {int(bad.nonzero()[0])}. Drop them:"
            " images[torch.isfinite(images).all(1)]."
        )
    return images


def _tensor(name, array):
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"The {name} images are an array of {array.dtype}; expected floats in [0, 1]."
        )
    # a copy: an array may be read-only or change later
    images = torch.from_numpy(np.array(array))
    return images.to(torch.get_default_dtype()) if images.is_floating_point() else images


def _advice(images):
    kind = type(images).__name__
    if kind in ("DataLoader", "Subset", "ConcatDataset"):
        return "The whole data set is wanted, not its batches: give the tensor behind it."
    if hasattr(images, "tensors"):
        return "A TensorDataset holds it as dataset.tensors[0]."
    if hasattr(images, "to_numpy"):
        return "images.to_numpy() makes an array of it."
    if isinstance(images, str):
        return f"load({images!r}) reads a data set by its name."
    if isinstance(images, (list, tuple)):
        return "torch.stack(images) joins tensors, numpy.array(images) nested numbers."
    return "load().binarized() gives binary digits."

"""Makes src/testdata/lists: lists of two classes in the form of Stanford Cars and Stanford Dogs, as SciPy writes MATLAB files.

Needs: pip install numpy scipy
"""
from pathlib import Path

import numpy as np
from scipy.io import savemat

lists = Path(__file__).parent.parent / "src" / "testdata" / "lists"
lists.mkdir(exist_ok=True)


def column(texts):
    cells = np.empty((len(texts), 1), dtype=object)
    cells[:, 0] = texts
    return cells


breeds = ["n02085620-Chihuahua/n02085620", "n02097474-Tibetan_terrier/n02097474"]
for split, numbers in (("train", (5927, 4441)), ("test", (2650, 4919))):
    names = [f"{breed}_{number}" for breed in breeds for number in numbers]
    variables = {
        "file_list": column([f"{name}.jpg" for name in names]),
        "annotation_list": column(names),
        "labels": np.array([[1.0], [1.0], [2.0], [2.0]]),
    }
    savemat(lists / f"dogs_{split}.mat", variables, do_compression=True)

fields = ["relative_im_path", "bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2", "class", "test"]
annotations = np.zeros((1, 6), dtype=[(field, object) for field in fields])
for i in range(6):
    numbers = (np.uint8(2), np.uint8(3), np.uint8(11 + i), np.uint16(12), np.uint8(1 + i % 2), np.uint8(i >= 2))
    annotations[0, i] = (f"car_ims/{i + 1:06}.jpg", *numbers)
names = np.empty((1, 2), dtype=object)
names[0] = ["AM General Hummer SUV 2000", "Acura RL Sedan 2012"]
savemat(lists / "cars_annos.mat", {"annotations": annotations, "class_names": names}, do_compression=True)

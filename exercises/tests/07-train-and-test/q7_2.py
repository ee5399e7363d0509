import digits
import numpy as np
from otter.test_files import test_case

OK_FORMAT = False

name = "q7_2"
points = 1


@test_case(points=None, hidden=False)
def hold_out_small_example(hold_out):
    labels = np.arange(10)
    images = np.stack([np.full((2, 3), label, dtype="uint8") for label in labels])
    parts = digits.call(hold_out, images.copy(), labels.copy(), 4, 1, name="hold_out")
    form = "expected two pairs: (train_images, train_labels), (val_images, val_labels)."
    if not isinstance(parts, (tuple, list)) or len(parts) != 2:
        raise AssertionError(f"`hold_out` returned {digits.describe(parts)}; {form}")
    seen = []
    for part, which, size in zip(parts, ("training", "validation"), (6, 4)):
        if not isinstance(part, (tuple, list)) or len(part) != 2:
            raise AssertionError(f"The {which} part that `hold_out` returned is {digits.describe(part)}; {form}")
        digits.expect_array(
            part[0], name=f"the {which} images", shape=(size, 2, 3), dtype="uint8",
            cause="Of 10 images 4 are set aside for validation, which leaves 6. The training pair comes first.",
        )
        digits.expect_array(
            part[1], name=f"the {which} labels", shape=(size,),
            cause="Each pair holds images and their labels: (train_images, train_labels), (val_images, val_labels).",
        )
        wrong = int((part[0][:, 0, 0] != part[1]).sum())
        if wrong:
            raise AssertionError(
                f"{wrong} of the {size} {which} images have lost their own label: every image k had the label k. "
                "Images and labels must be put in one and the same order."
            )
        seen += part[1].tolist()
    if sorted(seen) != labels.tolist():
        raise AssertionError(
            f"The two sets hold the images {sorted(seen)}; expected each of 0 to 9 exactly once. "
            "No image is in both sets, none is drawn twice, and none is left out."
        )

    def chosen(seed):
        _, (_, val_labels) = digits.call(hold_out, images.copy(), labels.copy(), 4, seed, name="hold_out")
        return [int(label) for label in val_labels]

    if chosen(1) != chosen(1):
        raise AssertionError(
            "Called twice with the seed 1, `hold_out` set different images aside. The same seed gives the same split: "
            "take all random numbers from `np.random.default_rng(seed)`."
        )
    seeds = range(1, 7)
    if len({tuple(sorted(chosen(seed))) for seed in seeds}) == 1:
        raise AssertionError(
            f"`hold_out` set the images {sorted(chosen(1))} aside for each of the seeds 1 to 6; expected others for "
            "another seed, chosen at random from all images: `np.random.default_rng(seed)` follows it."
        )

"""In the page: `fit`, `train_on_batch` and the steps they take, as Keras' other backends have them.

Keras' `NumpyTrainer` can predict and evaluate, and has no `fit`. The loop here is the one of Keras' trainer for
PyTorch, which does without compiling: epochs, callbacks, metrics and validation are Keras' own code. What happens in a
batch is in `keras_in_page.training`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
from keras.src import callbacks as callbacks_module
from keras.src.backend.numpy.trainer import NumpyTrainer
from keras.src.trainers.data_adapters import array_slicing, data_adapter_utils
from keras.src.trainers.epoch_iterator import EpochIterator
from keras.src.utils import traceback_utils
from keras.src.utils.python_utils import pythonify_logs

from keras_in_page import training
from keras_in_page.absent import Unavailable, unavailable


class PageTrainer(NumpyTrainer):
    """A model's methods that train it. In the page it takes the place of `NumpyTrainer`."""

    def train_step(self, data: Any) -> Any:
        """Learns from one batch; returns the metrics so far."""
        x, y, weights = data_adapter_utils.unpack_x_y_sample_weight(data)
        steps = training.forward(training.chain(self), self._as_input(x), training=True)
        z = self._update_loss(x, y, weights, steps, is_training=True)
        slope = training.slope_of_loss(training.compiled_loss(self), y, steps[-1], weights, z)
        slopes = training.slopes(steps, self.optimizer.scale_loss(slope), behind_activation=z is not None)
        missing = [variable.path for variable in self.trainable_variables if id(variable) not in slopes]
        if missing:
            raise unavailable(f"training of {', '.join(missing)}")
        self.optimizer.apply([slopes[id(variable)] for variable in self.trainable_variables], self.trainable_variables)
        return self.compute_metrics(x, y, steps[-1].outputs, sample_weight=weights)

    def test_step(self, data: Any) -> Any:
        """Measures one batch; returns the metrics so far."""
        try:
            layers = training.chain(self)
        except Unavailable:  # it can be measured, though not trained
            return super().test_step(data)
        x, y, weights = data_adapter_utils.unpack_x_y_sample_weight(data)
        steps = training.forward(layers, self._as_input(x), training=False)
        self._update_loss(x, y, weights, steps, is_training=False)
        return self.compute_metrics(x, y, steps[-1].outputs, sample_weight=weights)

    def _as_input(self, x: Any) -> np.ndarray:
        """The batch, in the shape and the number type of the model's input."""
        network: Any = getattr(self, "_functional", self)
        (inputs,) = network._standardize_inputs(x)
        return np.asarray(inputs)

    def _update_loss(self, x: Any, y: Any, weights: Any, steps: list[training.Step],
                     is_training: bool) -> np.ndarray | None:  # fmt: skip
        """Adds the batch's loss to the mean that is shown; returns the logits, where it was computed from them."""
        last, z = steps[-1], None
        if not self._compile_loss.built:
            self._compile_loss.build(y, last.outputs)
        try:
            loss = training.compiled_loss(self)
            z = training.logits(last) if training.takes_logits(last.layer, loss) else None
        except Unavailable:  # it can be measured, though not trained with
            pass
        with nullcontext() if z is None else _taking_logits(loss):
            value = self._compute_loss(x=x, y=y, y_pred=last.outputs if z is None else z, sample_weight=weights,
                                       training=is_training)  # fmt: skip
        self._loss_tracker.update_state(value, sample_weight=len(last.outputs))
        return z

    def make_train_function(self, force: bool = False) -> None:
        """As in Keras: `train_function` takes a list of batches, one for each step of an execution."""

        def train(batches: Any) -> Any:
            for batch in batches:
                logs = self.train_step(batch)
            return logs

        self.train_function = train

    def _begin(self, batch: Any) -> None:
        """Builds what is not built, and refuses what this page cannot train before anything changes."""
        x, y, _ = data_adapter_utils.unpack_x_y_sample_weight(batch)
        answer = self(x[:1])  # where a shape is wrong, Keras says so in its own words
        for layer in training.chain(self):
            training.check(layer)
        if not self._compile_loss.built:
            self._compile_loss.build(y[:1], answer)
        training.compiled_loss(self)

    @traceback_utils.filter_traceback
    def fit(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, epochs: int = 1, verbose: Any = "auto",
        callbacks: Any = None, validation_split: float = 0.0, validation_data: Any = None, shuffle: bool = True,
        class_weight: Any = None, sample_weight: Any = None, initial_epoch: int = 0,
        steps_per_epoch: int | None = None, validation_steps: int | None = None,
        validation_batch_size: int | None = None, validation_freq: int = 1,
    ) -> Any:  # fmt: skip
        """Trains the model; arguments and result are those of `keras.Model.fit`.

        Raises:
            Unavailable: the model, its loss or an activation is none that this page can train.
        """
        self._assert_compile_called("fit")
        self._eval_epoch_iterator = None
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = array_slicing.train_validation_split(
                (x, y, sample_weight), validation_split=validation_split
            )
        iterator = EpochIterator(
            x=x, y=y, sample_weight=sample_weight, batch_size=batch_size, steps_per_epoch=steps_per_epoch,
            shuffle=shuffle, class_weight=class_weight, steps_per_execution=self.steps_per_execution,
        )  # fmt: skip
        for _, _, batches in iterator:
            self._begin(batches[0])
            break
        iterator.reset()
        if not isinstance(callbacks, callbacks_module.CallbackList):
            callbacks = callbacks_module.CallbackList(
                callbacks, add_history=True, add_progbar=verbose != 0, verbose=verbose, epochs=epochs,
                steps=iterator.num_batches, model=self,
            )  # fmt: skip
        self.stop_training = False
        self.make_train_function()
        callbacks.on_train_begin()
        logs: dict[str, Any] = {}
        for epoch in range(self._initial_epoch or initial_epoch, epochs):
            self.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            for begin, end, batches in iterator:
                callbacks.on_train_batch_begin(begin)
                logs = self.train_function(batches)
                callbacks.on_train_batch_end(end, logs)
                if self.stop_training:
                    break
            logs = dict(pythonify_logs(self._get_metrics_result_or_logs(logs)))
            if validation_data is not None and self._should_eval(epoch, validation_freq):
                size = validation_batch_size or batch_size
                logs |= self._validated(validation_data, size, validation_steps, callbacks)
            callbacks.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        if epochs:
            self.optimizer.finalize_variable_values(self.trainable_weights)
        self._eval_epoch_iterator = None
        callbacks.on_train_end(logs=logs)
        return self.history

    def _validated(self, data: Any, batch_size: int | None, steps: int | None, callbacks: Any) -> dict[str, Any]:
        """The metrics on the validation data, each name with `val_` before it."""
        x, y, weights = data_adapter_utils.unpack_x_y_sample_weight(data)
        if self._eval_epoch_iterator is None:
            self._eval_epoch_iterator = EpochIterator(
                x=x, y=y, sample_weight=weights, batch_size=batch_size, steps_per_epoch=steps, shuffle=False,
                steps_per_execution=self.steps_per_execution,
            )  # fmt: skip
        found = self.evaluate(callbacks=callbacks, return_dict=True, _use_cached_eval_dataset=True)
        return {f"val_{name}": value for name, value in found.items()}

    @traceback_utils.filter_traceback
    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Learns from one batch; arguments and result are those of `keras.Model.train_on_batch`."""
        self._assert_compile_called("train_on_batch")
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError("Arguments `sample_weight` and `class_weight` cannot be given at the same time.")
            sample_weight = data_adapter_utils.class_weight_to_sample_weights(y, class_weight)
        batch = (np.asarray(x), np.asarray(y), sample_weight)
        self._begin(batch)
        self.make_train_function()
        self.reset_metrics()
        logs = pythonify_logs(self.train_function([batch]))
        return logs if return_dict else self._flatten_metrics_in_order(logs)

    def test_on_batch(self, *arguments: Any, **keywords: Any) -> Any:
        """Of this batch alone, as in Keras' other backends."""
        self.reset_metrics()
        return super().test_on_batch(*arguments, **keywords)


@contextmanager
def _taking_logits(loss: Any) -> Iterator[None]:
    """Meanwhile the loss takes logits."""
    before = dict(loss._fn_kwargs)
    loss._fn_kwargs["from_logits"] = True
    try:
        yield
    finally:
        loss._fn_kwargs.clear()
        loss._fn_kwargs.update(before)

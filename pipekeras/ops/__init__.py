"""The functions of tensors of R keras3: op_*."""

__all__: list[str] = []

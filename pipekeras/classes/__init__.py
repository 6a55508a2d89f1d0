"""Classes of one's own: layers, models, losses, metrics, callbacks."""

__all__: list[str] = []

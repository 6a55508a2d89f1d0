"""Images, loaded, augmented and fed to models in batches."""

__all__: list[str] = []

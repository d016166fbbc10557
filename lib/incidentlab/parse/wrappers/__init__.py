"""What other programs put around a container's line, taken off one layer at a time.

A line on its way to a reader passes other hands: a CI runner stamps it, syslog adds a host, kubectl a pod, Loki wraps
it in JSON. Each layer is one small `Wrapper`: it gives back what it enclosed, and what it says beside it (service,
container, time, stream). `layers` decides from a sample of the text which of them are there and in which order, by
trying them again on what each gives back until none fits; `peel` then takes them off every line. A line that a layer
does not fit stays as it is, and no line moves: what stands at a place of the text still stands there.

A false layer would lose a message, so most shapes are such that no program prints them of itself. A lone time is
none: nearly every program prints one. It counts as a layer only where a form that is known for certain stands behind
it (Compose's prefix, the engine's stamp, another layer).
"""

from incidentlab.parse.wrappers.layers import Layer, layers, peel
from incidentlab.parse.wrappers.wrapper import NOTHING, Peeled, Wrapper

__all__ = ["NOTHING", "Layer", "Peeled", "Wrapper", "layers", "peel"]

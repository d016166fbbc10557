"""What an image is made of: the tree that a container sees, the bytes that it cannot see, what need not be there."""

from incidentlab.analyse.images.compare import compare, unique_bytes
from incidentlab.analyse.images.contents import contents
from incidentlab.analyse.images.every import every_content, every_waste, tree, trees
from incidentlab.analyse.images.merge import Tree, by_layer, merged
from incidentlab.analyse.images.program import Program, health_program, program
from incidentlab.analyse.images.waste import waste

__all__ = [
    "Program",
    "Tree",
    "by_layer",
    "compare",
    "contents",
    "every_content",
    "every_waste",
    "health_program",
    "merged",
    "program",
    "tree",
    "trees",
    "unique_bytes",
    "waste",
]

// Placeholder: the edge.

"""What all strides of a walk say together."""

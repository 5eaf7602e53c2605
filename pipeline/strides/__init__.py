"""From contacts to strides, and what is measured in each."""

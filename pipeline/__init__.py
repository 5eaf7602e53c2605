"""Blocks of samples to a session result: orientation, events, strides, asymmetry, pelvis, quality."""

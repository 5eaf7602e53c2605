"""Samples in: BLE, serial, replay and simulation, clocks, synchronisation, and the recording on disk."""

"""What every device decoder gives: samples with their counter and the device's own time."""

from __future__ import annotations

from dataclasses import dataclass

from sensor.samples import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class DeviceSamples:
    """Consecutive samples of one node, oldest first; a row the sensor did not deliver is NaN.

    Attributes
    ----------
    counter : (n,) array
        Number of the sample since the start, not wrapped.
    device_us : (n,) array
        The device's clock at the sample, microseconds, not wrapped. A device without a clock counts nominal periods.
    acc_m_s2, gyr_rad_s : (n, 3) arrays
        Specific force, m/s^2, and angular rate, rad/s, in sensor axes as mounted.
    host_ns : int
        When they arrived, by the host's monotonic clock.
    backfill : bool
        Fetched later; they may lie before samples already given.
    """

    counter: IntArray
    device_us: FloatArray
    acc_m_s2: FloatArray
    gyr_rad_s: FloatArray
    host_ns: int
    backfill: bool = False

    def __len__(self) -> int:
        return len(self.counter)

    def keep(self, rows: slice) -> DeviceSamples:
        """Some of the rows."""
        return DeviceSamples(
            self.counter[rows],
            self.device_us[rows],
            self.acc_m_s2[rows],
            self.gyr_rad_s[rows],
            self.host_ns,
            self.backfill,
        )


@dataclass(frozen=True, slots=True)
class Booted:
    """The node began a new life: its clock and counters start again. The first HELLO_REPLY gives one too."""

    boot_id: int = 0  # of the project's own nodes


def unwrap(value: int, near: int, bits: int = 32) -> int:
    """The number that equals ``value`` modulo 2^bits and lies nearest to ``near``; half-way goes down."""
    period = 1 << bits
    ahead = (value - near) % period
    return near + (ahead - period if ahead >= period // 2 else ahead)

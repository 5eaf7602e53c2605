"""The standing sentences, said alike by the HTML page, the PDF and the app."""

from __future__ import annotations

DISCLAIMER = (
    "Describes movement patterns; research and education software; not a medical device; not for diagnosis, triage or "
    "treatment decisions."
)

# Warning signs, with every report; the source is in docs/methods.
STATED = (
    "A clinician should review this before anything else on this page is used, today if it is among the signs below "
    "that need emergency care. The score is withheld."
)
EMERGENCY_HEAD = "Emergency care the same day:"
EMERGENCY = (
    "back or leg pain with new or worsening trouble with bladder, bowel or sexual function, numbness around the "
    "genitals, anus or saddle, or weakness in both legs."
)
URGENT_HEAD = "Urgent clinical review:"
URGENT = (
    "growing weakness or foot drop; pain with fever, a history of cancer, unexplained weight loss, lowered immunity or "
    "steroids, major injury, injected drugs, or pain at night; a hot swollen knee with fever; a swollen calf or chest "
    "symptoms; a cold leg without pulse."
)
ASK = "Shown with every report. Nothing in a walking pattern can show that these signs are absent: ask."

SIDES = (
    "Each row is drawn on the scale of its own reference band (grey). Dot: within; diamond: borderline; square: clear; "
    "whisker: 95\N{NO-BREAK SPACE}% interval; +\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}left\N{NO-BREAK SPACE}larger."
)
TILES = "Grey and ref.: reference band. 95\N{NO-BREAK SPACE}%: interval of the value. n: strides that it rests on."
PELVIS = (
    "Drop, left stance: how far the right side falls while the left foot stands; difference: left minus right. "
    "Rotation is the least certain of these angles."
)
NO_CURVES = "No gait-cycle curves: no valid strides of a side with the sensors they need."
COURSE = (
    "Above: what was done when; a lighter edge marks a turn. Below: medians of half minutes of walking; rests grey. "
    "The slope is that of the longest walk between rests, or of all walking if none lasts three minutes."
)
FURTHER = "Empty where no interval or no reference band is known."
MOUNTS = (
    "Which axis of each sensor lay nearest to the body's up, forward and left, and how far off. A sensor may be worn "
    "any way round; mirrored axes are no way to wear one, but a fault of the data."
)
CHAIN = "Links that stand out together do not show that one causes the next."
CHAIN_DASHED = "A dashed frame or arrow marks what these sensors do not show."
ALL_ASSESSED = (
    "Every measure and comparison of this report could be assessed; the kinetic chain says what its links rest on."
)
METHODS = (
    "Initial and final contacts come from the shanks' sagittal angular velocity where knee sensors are worn, otherwise "
    "from the pelvis; left and right are compared by the medians over valid straight strides, as 100 ln(left / right) "
    "for times, lengths and velocities and in reference standard deviations for angles. A difference is flagged only "
    "if it and its interval leave the reference band. Reference bands are matched to walking speed; they describe a "
    "comparison group, not what is right for this person."
)
LIMITS = (
    "Limits: sensors on skin move against the bone; hip rotation and the trunk are not seen without sensors on thigh "
    "and trunk; a walking aid changes asymmetry; the risk model has never been tested on patients."
)

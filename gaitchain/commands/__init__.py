"""One file per command; each defines ``command``.

The names and their one-line helps stand here so that listing them imports no command.
"""

COMMANDS = {
    "demo": "Simulate a patient with a painful left knee, analyse the walk, write the report.",
    "analyze": "Analyse a recording and write the report and the tables.",
    "compare": "Compare sessions of one person: resolved, unchanged or worse.",
    "report": "Write the report of a session or a result again, as PDF or HTML.",
    "simulate": "Simulate the recording of a patient, with its truth.",
    "devices": "List the sensors that can be reached, by Bluetooth and by cable.",
    "identify": "Light up a sensor, or tell which one is tapped.",
    "record": "Record a walk from sensors, with a live view.",
    "recover": "Restore a recording that broke off from its journal.",
    "replay": "Replay a recording as if it were live, stride by stride.",
    "virtual-node": "Be a sensor on a pseudo terminal, to try recording without hardware.",
    "doctor": "Tell what is missing on this computer, and the fix.",
    "users": "Look after who may log in to the app from another computer.",
    "index": "Look after the index of patients and sessions.",
    "backup": "Write patients, sessions and users into one archive.",
    "restore": "Check a backup and unpack it into an empty data folder.",
    "serve": "Serve the therapist's app: record, see, compare, print.",
    "train": "Train the risk model on simulated patients.",
    "evaluate": "Print how well a risk model does, in silico.",
}

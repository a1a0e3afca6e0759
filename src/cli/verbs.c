/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/verbs.h"

const CliVerbInfo cli_verbs[] = {
  { "run", verb_run, "[-f FILE|-] [TEXT]", "Start a Run and follow it" },
  { "list", verb_list, "", "List Runs, newest first" },
  { "show", verb_show, "RUN", "Show a Run, or one row of its timeline in full" },
  { "follow", verb_follow, "RUN", "Show a Run's timeline, live" },
  { "answer", verb_answer, "RUN [QUESTION]", "Answer a question of a Run" },
  { "steer", verb_steer, "RUN TEXT", "Send a Run a message; continues one that has ended" },
  { "withdraw", verb_withdraw, "RUN MESSAGE", "Take back a message that is not yet delivered" },
  { "stop", verb_stop, "RUN", "Stop a Run" },
  { "rm", verb_rm, "RUN…", "Delete Runs, their timelines and their DevBoxes" },
  { "boxes", verb_boxes, "", "List DevBoxes" },
  { "box", verb_box, "stop|rm|shell BOX", "Stop or remove a DevBox, or open a shell in it" },
  { "workers", verb_workers, "", "List workers and their images" },
  { "engines", verb_engines, "[check FILE…]", "List engines, or check descriptions of engines" },
  { "keys", verb_keys, "[set|remove NAME]", "List, store or remove API keys of engines" },
  { "sign-ins", verb_sign_ins, "[ENGINE ask|always|no]",
    "List which sign-ins may be let into DevBoxes, or change one" },
  { "token", verb_token, "add|list|rm", "Manage the tokens for access over the network" },
  { "doctor", verb_doctor, "", "Check that Runs can work on this machine" },
  { NULL },
};

package io.millrace.tools.group;

import picocli.CommandLine.Command;

/** {@code millrace group}. */
@Command(
        name = "group",
        description = "Lists and describes consumer groups, moves their positions, deletes them.",
        subcommands = {GroupList.class, GroupDescribe.class, GroupSeek.class, GroupDelete.class})
public final class GroupCommand {}

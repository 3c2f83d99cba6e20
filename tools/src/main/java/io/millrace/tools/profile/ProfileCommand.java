package io.millrace.tools.profile;

import picocli.CommandLine.Command;

/** {@code millrace profile}. */
@Command(
        name = "profile",
        description = "Keeps names for clusters, for --cluster NAME.",
        subcommands = {ProfileList.class, ProfileShow.class, ProfileUse.class, ProfileSet.class})
public final class ProfileCommand {}

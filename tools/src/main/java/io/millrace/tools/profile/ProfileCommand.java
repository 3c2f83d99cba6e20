package io.millrace.tools.profile;

import picocli.CommandLine.Command;

/** {@code millrace profile}. */
@Command(
        name = "profile",
        description = "Keeps names for clusters, for --cluster NAME.",
        subcommands = {ProfileSet.class, ProfileUse.class, ProfileList.class, ProfileShow.class})
public final class ProfileCommand {}

package io.millrace.tools.topic;

import picocli.CommandLine.Command;

/** {@code millrace topic}. */
@Command(
        name = "topic",
        description = "Lists, describes, creates, deletes and changes topics.",
        subcommands = {
            TopicList.class,
            TopicDescribe.class,
            TopicCreate.class,
            TopicDelete.class,
            TopicAlter.class,
            TopicAddPartitions.class
        })
public final class TopicCommand {}

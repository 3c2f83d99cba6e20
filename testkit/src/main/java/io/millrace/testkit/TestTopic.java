package io.millrace.testkit;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A topic that a {@link MillraceTest} finds when it begins. */
@Retention(RetentionPolicy.RUNTIME)
@Target({})
public @interface TestTopic {
    String name();

    int partitions() default 1;

    /** 0: as many as there are brokers, three at most. */
    int replicas() default 0;

    /** Settings of the topic, each as {@code key=value}. */
    String[] config() default {};
}

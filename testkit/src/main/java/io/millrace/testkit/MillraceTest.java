package io.millrace.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class with brokers of its own, which start before its first test and are gone after its last one. Tests and
 * lifecycle methods take them as a parameter of type {@link MillraceCluster}; nested classes share them.
 *
 * <pre>{@code
 * @MillraceTest(brokers = 3, topics = @TestTopic(name = "orders", partitions = 6))
 * class OrdersTest {
 *     @Test
 *     void survivesABroker(MillraceCluster cluster) {
 *         cluster.broker(2).kill();
 *     }
 * }
 * }</pre>
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(MillraceExtension.class)
public @interface MillraceTest {
    /** How many, with ids from 1 on. */
    int brokers() default 1;

    TestTopic[] topics() default {};

    /** Settings of all brokers by Kafka's names, each as {@code key=value}. */
    String[] settings() default {};

    /** Keeps all data in memory. */
    boolean inMemory() default false;

    /**
     * System properties that are to hold the brokers' addresses while the class runs, such as {@code
     * spring.kafka.bootstrap-servers}. System properties belong to the whole JVM: classes that run side by side must not
     * set the same.
     */
    String[] bootstrapServersProperties() default {};
}

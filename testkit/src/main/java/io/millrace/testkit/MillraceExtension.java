package io.millrace.testkit;

import io.millrace.client.admin.NewTopic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts a {@link MillraceCluster} for a test class and closes it afterwards: by {@link MillraceTest}, or registered in a
 * static field for those who need its address before tests begin, as Spring does:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final MillraceExtension MILLRACE = MillraceExtension.of(MillraceCluster.brokers(1).topic("orders", 6));
 *
 * @DynamicPropertySource
 * static void kafka(DynamicPropertyRegistry registry) {
 *     registry.add("spring.kafka.bootstrap-servers", () -> MILLRACE.cluster().bootstrapServers());
 * }
 * }</pre>
 *
 * <p>Threading: JUnit's; one instance may serve several classes at once, since what is started lives in JUnit's store.
 */
public final class MillraceExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(MillraceExtension.class);

    private final Optional<MillraceCluster.Plan> plan;
    private volatile Optional<MillraceCluster> latest = Optional.empty();

    /** For {@link MillraceTest}. */
    public MillraceExtension() {
        this(Optional.empty());
    }

    private MillraceExtension(Optional<MillraceCluster.Plan> plan) {
        this.plan = plan;
    }

    /** For a static field with {@code @RegisterExtension}. */
    public static MillraceExtension of(MillraceCluster.Plan plan) {
        return new MillraceExtension(Optional.of(plan));
    }

    /**
     * The cluster of the class that runs.
     *
     * @throws IllegalStateException before the class begins
     */
    public MillraceCluster cluster() {
        return latest.orElseThrow(() ->
                new IllegalStateException("The brokers are started before a class's first test; there are none yet"));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (running(context).isPresent()) {
            return; // a nested class shares those of the class around it
        }
        MillraceTest wanted = context.getTestClass()
                .map(type -> type.getAnnotation(MillraceTest.class))
                .orElse(null);
        MillraceCluster cluster = between(context).start(wanted == null ? declaredPlan(context) : plan(wanted));
        latest = Optional.of(cluster);
        Running running =
                new Running(cluster, wanted == null ? List.of() : List.of(wanted.bootstrapServersProperties()));
        context.getStore(NAMESPACE).put(MillraceCluster.class, running);
    }

    private MillraceCluster.Plan declaredPlan(ExtensionContext context) {
        return plan.orElseThrow(() -> new ExtensionConfigurationException(
                context.getDisplayName() + " says nowhere which brokers it wants; annotate it with @MillraceTest"));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        // Of this class alone: a nested one finds nothing of its own.
        Optional.ofNullable(context.getStore(NAMESPACE).remove(MillraceCluster.class, Running.class))
                .ifPresent(running -> {
                    running.restoreProperties();
                    between(context).closeBehind(running.cluster());
                });
    }

    private static BetweenClasses between(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(BetweenClasses.class, key -> new BetweenClasses(), BetweenClasses.class);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == MillraceCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return running(context)
                .orElseThrow(() -> new ExtensionConfigurationException("The brokers are not started yet"))
                .cluster();
    }

    private static Optional<Running> running(ExtensionContext context) {
        return Optional.ofNullable(context.getStore(NAMESPACE).get(MillraceCluster.class, Running.class));
    }

    private static MillraceCluster.Plan plan(MillraceTest wanted) {
        MillraceCluster.Plan plan = MillraceCluster.brokers(wanted.brokers());
        pairs(wanted.settings()).forEach(plan::set);
        for (TestTopic topic : wanted.topics()) {
            int replicas = topic.replicas() == 0 ? -1 : topic.replicas();
            NewTopic made = NewTopic.of(topic.name(), topic.partitions(), replicas);
            for (Map.Entry<String, String> setting : pairs(topic.config()).entrySet()) {
                made = made.config(setting.getKey(), setting.getValue());
            }
            plan.topic(made);
        }
        return wanted.inMemory() ? plan.inMemory() : plan;
    }

    private static Map<String, String> pairs(String[] settings) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new ExtensionConfigurationException("'" + setting + "' is no setting; write key=value");
            }
            pairs.put(
                    setting.substring(0, equals).trim(),
                    setting.substring(equals + 1).trim());
        }
        return pairs;
    }

    /** What is closed when the class is over. */
    private static final class Running {
        private final MillraceCluster cluster;
        private final Map<String, Optional<String>> before = new LinkedHashMap<>();

        Running(MillraceCluster cluster, List<String> properties) {
            this.cluster = cluster;
            for (String property : properties) {
                before.put(property, Optional.ofNullable(System.getProperty(property)));
                System.setProperty(property, cluster.bootstrapServers());
            }
        }

        MillraceCluster cluster() {
            return cluster;
        }

        void restoreProperties() {
            before.forEach((property, value) -> value.ifPresentOrElse(
                    old -> System.setProperty(property, old), () -> System.clearProperty(property)));
        }
    }
}

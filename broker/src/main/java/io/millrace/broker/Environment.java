package io.millrace.broker;

import io.millrace.broker.config.NearestName;
import io.millrace.broker.config.Setting;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Settings from environment variables, by the rule of Kafka's images: the prefix goes, letters become small, {@code ___} is
 * a dash, {@code __} an underscore and {@code _} a dot.
 *
 * <p>{@code MILLRACE_*} is Millrace's own, so a variable that means no setting is a mistake. {@code KAFKA_*} is what people
 * have for Kafka's images: it counts where the image asks for it, and what has no effect is told with the other settings.
 */
final class Environment {
    private static final String OURS = "MILLRACE_";
    private static final String KAFKAS = "KAFKA_";

    /** Not settings: the launcher's, the command's, and those of container images. */
    private static final Set<String> OTHERS = Set.of(
            "MILLRACE_JVM_OPTS",
            "MILLRACE_EXTRA",
            "MILLRACE_HOME",
            "MILLRACE_CONFIG",
            "MILLRACE_BOOTSTRAP",
            "MILLRACE_CLUSTER",
            "MILLRACE_KAFKA_ENV",
            "MILLRACE_COMMAND_CONFIG",
            "MILLRACE_DOCKER",
            "MILLRACE_LOG",
            "MILLRACE_LOG_FORMAT",
            "MILLRACE_OUTPUT",
            "MILLRACE_TIMEOUT",
            "KAFKA_HEAP_OPTS",
            "KAFKA_OPTS",
            "KAFKA_JVM_PERFORMANCE_OPTS",
            "KAFKA_LOG4J_OPTS",
            "KAFKA_JMX_OPTS",
            "KAFKA_HOME",
            "KAFKA_VERSION");

    /** What Kubernetes gives every container beside a service called millrace, or millrace-something. */
    private static final Pattern KUBERNETES =
            Pattern.compile("[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\\d+_(TCP|UDP)(_[A-Z]+)?)");

    /** The one of these that is named as a setting may be: {@code ..._PORT}. */
    private static final Pattern KUBERNETES_PORT = Pattern.compile("(tcp|udp|sctp)://.*");

    private final Map<String, String> variables;

    Environment(Map<String, String> variables) {
        this.variables = new TreeMap<>(variables); // in order, so that the same mistake is always told first
    }

    /**
     * The settings that variables give, {@code MILLRACE_*} winning over {@code KAFKA_*}.
     *
     * @param known every setting that has an effect
     * @throws StartupException naming a {@code MILLRACE_*} variable that means none
     */
    Map<String, String> settings(List<Setting<?>> known) throws StartupException {
        Map<String, String> settings = new TreeMap<>();
        if ("true".equals(variables.get("MILLRACE_KAFKA_ENV"))) {
            given(KAFKAS).forEach((name, value) -> settings.put(key(name, KAFKAS), value));
        }
        Set<String> keys = known.stream().map(Setting::name).collect(Collectors.toCollection(TreeSet::new));
        for (Map.Entry<String, String> variable : given(OURS).entrySet()) {
            String key = key(variable.getKey(), OURS);
            if (!keys.contains(key)) {
                Optional<String> meant = NearestName.of(key, keys).map(near -> OURS + variable(near));
                throw new StartupException("Environment variable " + variable.getKey() + " means no setting"
                        + meant.map(name -> "; did you mean " + name + "?").orElse("; there is none called " + key));
            }
            settings.put(key, variable.getValue());
        }
        return settings;
    }

    private Map<String, String> given(String prefix) {
        return variables.entrySet().stream()
                .filter(variable -> variable.getKey().startsWith(prefix))
                .filter(variable ->
                        !OTHERS.contains(variable.getKey()) && !isOfKubernetes(variable.getKey(), variable.getValue()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    }

    private static boolean isOfKubernetes(String name, String value) {
        return KUBERNETES.matcher(name).matches()
                || (name.endsWith("_PORT") && KUBERNETES_PORT.matcher(value).matches());
    }

    private static String key(String variable, String prefix) {
        return variable.substring(prefix.length())
                .toLowerCase(Locale.ROOT)
                .replace("___", "-")
                .replace("__", "\0")
                .replace('_', '.')
                .replace('\0', '_');
    }

    private static String variable(String key) {
        return key.toUpperCase(Locale.ROOT)
                .replace("_", "__")
                .replace("-", "___")
                .replace('.', '_');
    }
}

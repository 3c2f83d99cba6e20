package io.millrace.broker.api.admin;

import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import io.millrace.broker.log.TopicSetting;
import io.millrace.broker.log.TopicSetting.BrokerKey;
import io.millrace.broker.log.TopicSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What the settings of a topic and of this broker are, and where each value comes from. Immutable. */
public final class ConfigCatalog {
    static final byte TOPIC = 2;
    static final byte BROKER = 4;

    /** Where a value comes from, by the protocol's codes. */
    enum Source {
        TOPIC(1),
        DYNAMIC_BROKER(2),
        DYNAMIC_DEFAULT_BROKER(3),
        STATIC_BROKER(4),
        DEFAULT(5);

        private final byte code;

        Source(int code) {
            this.code = (byte) code;
        }

        byte code() {
            return code;
        }
    }

    /** A value that would hold if those in front of it were not there. */
    record Synonym(String name, String value, Source source) {}

    /** A setting and its value; {@code value} is empty for a setting without any. */
    record Entry(
            String name,
            String value,
            Source source,
            Setting.Type type,
            String doc,
            boolean readOnly,
            List<Synonym> synonyms) {}

    private final Settings settings;
    private final List<Setting<?>> brokerSettings;

    /** @param brokerSettings all that this broker reads */
    public ConfigCatalog(Settings settings, List<Setting<?>> brokerSettings) {
        this.settings = settings;
        this.brokerSettings = brokerSettings.stream()
                .sorted(Comparator.comparing(Setting::name))
                .toList();
    }

    /**
     * What was set for brokers while they run.
     *
     * @param own for this one
     * @param all for all of them
     */
    record Dynamic(Map<String, String> own, Map<String, String> all) {
        static final Dynamic NONE = new Dynamic(Map.of(), Map.of());

        static Dynamic of(ClusterView view, int self) {
            return new Dynamic(view.config(new ConfigScope.Broker(self)), view.config(new ConfigScope.AllBrokers()));
        }

        /** What counts of it for a setting, the strongest first. */
        List<Synonym> of(Setting<?> setting) {
            if (!setting.isDynamic()) {
                return List.of();
            }
            String name = setting.name();
            return Stream.of(
                            synonym(name, own, Source.DYNAMIC_BROKER),
                            synonym(name, all, Source.DYNAMIC_DEFAULT_BROKER))
                    .flatMap(Optional::stream)
                    .toList();
        }

        private static Optional<Synonym> synonym(String name, Map<String, String> values, Source source) {
            return Optional.ofNullable(values.get(name)).map(value -> new Synonym(name, value, source));
        }
    }

    /**
     * All settings of a topic.
     *
     * @param copies of its partitions, on which a default may depend
     */
    List<Entry> ofTopic(Map<String, String> overrides, int copies, Dynamic brokers) {
        return TopicSettings.acting().stream()
                .map(setting -> topicEntry(setting, overrides, copies, brokers))
                .toList();
    }

    private Entry topicEntry(TopicSetting<?> setting, Map<String, String> overrides, int copies, Dynamic brokers) {
        List<Synonym> synonyms = new ArrayList<>();
        Optional.ofNullable(overrides.get(setting.name()))
                .ifPresent(value -> synonyms.add(new Synonym(setting.name(), value, Source.TOPIC)));
        setting.brokerKeys().forEach(key -> synonyms.addAll(brokers.of(key.setting())));
        String brokerKey = setting.brokerKeys().isEmpty()
                ? setting.name()
                : setting.brokerKeys().get(0).setting().name();
        Optional<BrokerKey> given = setting.givenBy(settings);
        given.ifPresent(key -> synonyms.add(
                new Synonym(key.setting().name(), setting.defaultTextFrom(settings), Source.STATIC_BROKER)));
        synonyms.add(new Synonym(brokerKey, TopicSettings.builtIn(setting, copies), Source.DEFAULT));
        Synonym inForce = synonyms.get(0);
        return new Entry(
                setting.name(),
                inForce.value(),
                inForce.source(),
                setting.setting().type(),
                setting.setting().doc(),
                false,
                synonyms);
    }

    /** All settings of this broker. */
    List<Entry> ofBroker(Dynamic dynamic) {
        return brokerSettings.stream()
                .map(setting -> brokerEntry(setting, dynamic))
                .toList();
    }

    /** What was set for all brokers. */
    List<Entry> ofAllBrokers(Map<String, String> all) {
        return brokerSettings.stream()
                .filter(setting -> all.containsKey(setting.name()))
                .map(setting -> {
                    Synonym only = new Synonym(setting.name(), all.get(setting.name()), Source.DYNAMIC_DEFAULT_BROKER);
                    return new Entry(
                            setting.name(),
                            only.value(),
                            only.source(),
                            setting.type(),
                            setting.doc(),
                            !setting.isDynamic(),
                            List.of(only));
                })
                .toList();
    }

    private Entry brokerEntry(Setting<?> setting, Dynamic dynamic) {
        String name = setting.name();
        List<Synonym> synonyms = new ArrayList<>(dynamic.of(setting));
        settings.text(name).ifPresent(value -> synonyms.add(new Synonym(name, value, Source.STATIC_BROKER)));
        synonyms.add(new Synonym(name, builtIn(setting), Source.DEFAULT));
        Synonym inForce = synonyms.get(0);
        return new Entry(
                name, inForce.value(), inForce.source(), setting.type(), setting.doc(), !setting.isDynamic(), synonyms);
    }

    private static <T> String builtIn(Setting<T> setting) {
        return setting.format(setting.defaultValue());
    }
}

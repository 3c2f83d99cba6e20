package io.millrace.generator;

import java.util.List;
import java.util.Locale;

/** Writes the enum of all APIs that have a schema. */
final class ApiKeyWriter {
    private ApiKeyWriter() {}

    static String source(List<ApiSchema> apis) {
        StringBuilder constants = new StringBuilder();
        for (ApiSchema api : apis) {
            constants.append(constants.length() == 0 ? "" : ",\n").append("""
                                /** %s: versions %d to %d exist, %d to %d are served. */
                                %s(%d, "%s", %d, %d, %d, %d, %sRequest::read, %sResponse::read)""".formatted(
                            api.name(),
                            api.request().versions().low(),
                            api.request().versions().high(),
                            api.served().low(),
                            api.served().high(),
                            constant(api.name()),
                            api.key(),
                            api.name(),
                            api.request().versions().low(),
                            api.served().low(),
                            api.served().high(),
                            api.request().flexible().isNone()
                                    ? VersionRange.OPEN
                                    : api.request().flexible().low(),
                            api.name(),
                            api.name()));
        }
        return """
                package io.millrace.protocol.message;

                import io.millrace.protocol.ApiMessage;
                import io.millrace.protocol.wire.Reader;

                /** The APIs, their keys and their versions. Generated from the schemas. */
                public enum ApiKey {
                %s;

                    /** Keys from here on are Millrace's own. */
                    private static final int FIRST_OWN = 10_000;

                    private static final ApiKey[] BY_ID = new ApiKey[128];
                    private static final ApiKey[] OWN = new ApiKey[128];

                    static {
                        for (ApiKey key : values()) {
                            if (key.isOwn()) {
                                OWN[key.id - FIRST_OWN] = key;
                            } else {
                                BY_ID[key.id] = key;
                            }
                        }
                    }

                    private final short id;
                    private final String apiName;
                    private final short lowest;
                    private final short served;
                    private final short highest;
                    private final short flexible;
                    private final ApiMessage.Decoder<? extends ApiMessage> request;
                    private final ApiMessage.Decoder<? extends ApiMessage> response;

                    ApiKey(
                            int id,
                            String apiName,
                            int lowest,
                            int served,
                            int highest,
                            int flexible,
                            ApiMessage.Decoder<? extends ApiMessage> request,
                            ApiMessage.Decoder<? extends ApiMessage> response) {
                        this.id = (short) id;
                        this.apiName = apiName;
                        this.lowest = (short) lowest;
                        this.served = (short) served;
                        this.highest = (short) highest;
                        this.flexible = (short) flexible;
                        this.request = request;
                        this.response = response;
                    }

                    /** The API with a key, or null where no schema has it. */
                    public static ApiKey of(int id) {
                        ApiKey[] keys = id < FIRST_OWN ? BY_ID : OWN;
                        int at = id < FIRST_OWN ? id : id - FIRST_OWN;
                        return at < 0 || at >= keys.length ? null : keys[at];
                    }

                    /** Whether it is Millrace's own, which Kafka's protocol does not have. */
                    public boolean isOwn() {
                        return id >= FIRST_OWN;
                    }

                    public short id() {
                        return id;
                    }

                    /** The name as the protocol writes it. */
                    public String apiName() {
                        return apiName;
                    }

                    /** The lowest version that has a schema. */
                    public short lowestVersion() {
                        return lowest;
                    }

                    /** The lowest version that a broker accepts. */
                    public short lowestServed() {
                        return served;
                    }

                    /** The highest version. */
                    public short highestVersion() {
                        return highest;
                    }

                    public boolean serves(int version) {
                        return served <= version && version <= highest;
                    }

                    public boolean isFlexible(int version) {
                        return version >= flexible;
                    }

                    /** Version of the request header that goes with a version of the request. */
                    public short requestHeaderVersion(int version) {
                        return (short) (isFlexible(version) ? 2 : 1);
                    }

                    /** Version of the response header that goes with a version of the response; ApiVersions keeps to 0. */
                    public short responseHeaderVersion(int version) {
                        return (short) (isFlexible(version) && id != 18 ? 1 : 0);
                    }

                    /** Reads a request's body. See {@link ApiMessage.Decoder}. */
                    public ApiMessage readRequest(Reader in, short version) {
                        return request.read(in, version);
                    }

                    /** Reads a response's body. See {@link ApiMessage.Decoder}. */
                    public ApiMessage readResponse(Reader in, short version) {
                        return response.read(in, version);
                    }
                }
                """.formatted(constants);
    }

    private static String constant(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    }
}

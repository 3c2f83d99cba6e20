"""What bench/client and bench/fleet share: class paths, Java processes, topics, and a broker that ends with the script."""
import glob, json, os, shutil, socket, subprocess, sys, tempfile, time

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.environ.get("BENCH_TMP", "/tmp/millrace-bench-client")
QUIET = f"-Dlogback.configurationFile={HOME}/bench/java/logback.xml"
JVM = ["java", "-Xmx512m", "-Xms512m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=256m", *os.environ.get("CLIENT_JVM", "").split()]

def class_path():
    if os.environ.get("CLIENT_CP"):
        return os.environ["CLIENT_CP"]
    os.makedirs(OUT, exist_ok=True)
    file = f"{OUT}/cp"
    subprocess.run(["mvn", "-o", "-q", "-B", "-ntp", "-pl", "protocol/generator,protocol,client", "test-compile", "dependency:build-classpath",
                    f"-Dmdep.outputFile={file}", "-Dmdep.includeScope=test"], cwd=HOME, check=True)
    return f"{HOME}/client/target/classes:{HOME}/protocol/target/classes:{open(file).read().strip()}"

def compiled(cp, *sources):
    """Compiles these of bench/java; the class path with them."""
    os.makedirs(f"{OUT}/classes", exist_ok=True)
    files = [f for pattern in (*sources, "Topics.java") for f in glob.glob(f"{HOME}/bench/java/{pattern}")]
    subprocess.run(["javac", "-nowarn", "-d", f"{OUT}/classes", "-cp", cp, *files], check=True)
    return f"{OUT}/classes:{cp}"

def start_java(cp, main, *args, jvm=JVM):
    return subprocess.Popen([*jvm, QUIET, "-cp", cp, main, *map(str, args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

def java(cp, main, *args, jvm=JVM):
    """Runs it; what the last line of its output says in JSON."""
    p = start_java(cp, main, *args, jvm=jvm)
    out, err = p.communicate()
    if p.returncode:
        sys.exit(f"{main} {args} failed:\n{out[-2000:]}\n{err[-4000:]}")
    return json.loads([line for line in out.splitlines() if line.startswith("{")][-1])

def topics(cp, bootstrap, verb, name, partitions=6):
    java_said = subprocess.run(["java", QUIET, "-cp", cp, "Topics", bootstrap, verb, name, str(partitions)], stderr=subprocess.PIPE, text=True)
    if java_said.returncode:
        sys.exit(f"Topics {verb} {name}: {java_said.stderr[-2000:]}")

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]

class Broker:
    """A Millrace broker on an empty directory and a port of its own, until the end of a with."""
    def __init__(self, *settings):
        self.settings = settings
    def __enter__(self):
        os.makedirs(OUT, exist_ok=True)
        self.directory = tempfile.mkdtemp(prefix="broker-", dir=OUT)
        self.bootstrap = f"127.0.0.1:{free_port()}"
        self.log = f"{self.directory}/out"
        sets = [x for s in (f"listeners=PLAINTEXT://{self.bootstrap}", *self.settings) for x in ("--set", s)]
        subprocess.run([f"{HOME}/millrace", "--version"], stdout=subprocess.DEVNULL, check=True)   # builds it, if need be
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([f"{HOME}/millrace", "start", "--data", f"{self.directory}/data", *sets], stdout=log, stderr=log)
        self.pid = self.process.pid
        for _ in range(1200):
            if "Millrace ready" in open(self.log).read():
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        said = open(self.log).read()
        self.__exit__()
        sys.exit(f"the broker did not start:\n{said[-3000:]}")
    def kill(self):
        self.process.kill()
        self.process.wait()
    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

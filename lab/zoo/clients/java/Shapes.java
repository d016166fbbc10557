// The ways in which a program meets a failure: SHAPE is uncaught, caught (one line, exit 1) or retried (TRIES times).
public class Shapes {
    public interface Handle { void ask() throws Exception; }
    public interface Connect { Handle connect() throws Exception; }

    public static String env(String name) { return System.getenv(name); }

    static void work(Connect connect) throws Exception {
        Handle handle = connect.connect();
        handle.ask();
        System.out.println("ready");
        while (env("STAY") != null) {
            Thread.sleep(300);
            handle.ask();
        }
        System.exit(0);
    }

    public static void run(Connect connect) throws Exception {
        String shape = env("SHAPE");
        if (shape == null || shape.equals("uncaught")) { work(connect); return; }
        int tries = shape.equals("retried") ? Integer.parseInt(env("TRIES")) : 1;
        for (int attempt = 1; attempt <= tries; attempt++) {
            try {
                work(connect);
                return;
            } catch (Exception error) {
                System.err.println((tries > 1 ? "attempt " + attempt + ": " : "") + error.getMessage());
            }
            if (tries > 1) Thread.sleep(1000);
        }
        System.exit(1);
    }
}

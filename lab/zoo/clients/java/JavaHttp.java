import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

public class JavaHttp extends Shapes {
    public static void main(String[] arguments) throws Exception {
        Duration wait = Duration.ofSeconds(Integer.parseInt(env("TIMEOUT")));
        run(() -> {
            HttpClient client = HttpClient.newBuilder().connectTimeout(wait).build();
            HttpRequest request = HttpRequest.newBuilder(URI.create(env("URL"))).timeout(wait).build();
            return () -> {
                int status = client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
                if (status >= 400) throw new IllegalStateException("status " + status);
            };
        });
    }
}

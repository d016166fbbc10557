import com.mongodb.MongoClient;
import com.mongodb.MongoClientOptions;
import com.mongodb.ServerAddress;

public class MongoJava extends Shapes {
    public static void main(String[] arguments) throws Exception {
        run(() -> {
            MongoClientOptions options = MongoClientOptions.builder()
                .serverSelectionTimeout(1000 * Integer.parseInt(env("TIMEOUT"))).build();
            MongoClient client = new MongoClient(new ServerAddress(env("HOST"), Integer.parseInt(env("PORT"))), options);
            return () -> client.getDatabase(env("DATABASE")).getCollection("orders").count();
        });
    }
}

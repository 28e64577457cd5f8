import door.Acknowledge;
import door.Acknowledged;
import door.EventsPart;
import door.Foliogate;
import door.FoliogateDoor;
import door.Noted;
import door.Outcome;
import door.Problem_Exception;
import door.Taken;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.namespace.QName;
import javax.xml.ws.BindingProvider;

/** A program of a hotel, made from the contract by wsimport: java DoorClient WSDL TOKEN. Prints what it was told, a fact a line. */
public final class DoorClient {
    private DoorClient() {
    }

    public static void main(String[] arguments) throws Exception {
        URL wsdl = new URL(arguments[0]);
        FoliogateDoor port = new Foliogate(wsdl, new QName("urn:foliogate:door:v1", "Foliogate")).getFoliogateSoap();
        try {
            port.takePostings("java-0", 1);
        } catch (Exception refused) {
            say("without a token", "refused");
        }
        Map<String, Object> context = ((BindingProvider) port).getRequestContext();
        context.put(BindingProvider.USERNAME_PROPERTY, "java");
        context.put(BindingProvider.PASSWORD_PROPERTY, arguments[1]);

        Noted arrived = port.checkIn("java-1", "301", "R-301", null, "Kowalska", "Ewa", "pl", null, null, null, null, null);
        say("check-in", arrived.getStatus() + " " + arrived.getSentence());
        say("again", port.checkIn("java-1", "301", "R-301", null, "Kowalska", "Ewa", "pl", null, null, null, null, null).getStatus());
        try {
            port.checkOut("java-1", "301", null, null);
        } catch (Problem_Exception problem) {
            say("same name", problem.getFaultInfo().getStatus() + " " + problem.getFaultInfo().getDetail());
        }

        Taken taken = port.takePostings("java-2", 1);
        say("taken", taken.getPosting().size());
        say("amount", taken.getPosting().get(0).getAmount().getValue() + " " + taken.getPosting().get(0).getAmount().getCurrency());
        List<Acknowledge.Posting> booked = new ArrayList<>();
        Acknowledge.Posting one = new Acknowledge.Posting();
        one.setId(taken.getPosting().get(0).getId());
        one.setOutcome(Outcome.BOOKED);
        one.setReference("J-1");
        booked.add(one);
        Acknowledged done = port.acknowledge("java-3", booked);
        say("acknowledged", done.getPosting().get(0).getResult() + " " + done.getPosting().get(0).getState());

        EventsPart part = port.events(0L, 500);
        say("events", part.getEvent().size());
        say("last", part.getEvent().get(part.getEvent().size() - 1).getKind());
        say("room", port.guestCharges("201", null, null).getTotal().getCurrency());
        say("posted", port.postings(door.State.POSTED, null, null).getPosting().get(0).getReference());
    }

    private static void say(String what, Object value) {
        System.out.println(what + ": " + value);
    }
}

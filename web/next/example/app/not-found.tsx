export default function NotFound() {
    return (
        <main>
            <h1>Nobody lives here</h1>
            <p>Check the spelling of the address.</p>
        </main>
    );
}

/** What stands where there is no page. Next's own would need inline styles, which our policy does not allow. */
export default function NotFound() {
  return (
    <main className="not-found">
      <title>Nothing here · Screen Share</title>
      <h1>There is nothing here.</h1>
      <a href="/" className="button">
        Go to the viewer
      </a>
    </main>
  );
}

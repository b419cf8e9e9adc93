using System;
using System.Threading.Tasks;
using ApsFetch;

internal static class Login
{
    private static void Main() => RunAsync().GetAwaiter().GetResult();

    private static async Task RunAsync()
    {
        // ANCHOR: main
        var options = new ApsClientOptions { BaseUrl = Environment.GetEnvironmentVariable("APS_BASE_URL") };
        using (var client = new ApsClient(options))
        {
            // Port 0 is any free one, which only the sandbox takes. For APS set the CallbackPort that is registered.
            var asked = new LoginOptions
            {
                ClientId = Environment.GetEnvironmentVariable("APS_PUBLIC_CLIENT_ID"),
                Scopes = "data:read"
            };
            using (var login = client.StartLogin(asked))
            {
                Console.WriteLine("Open " + login.AuthorizeUrl); // a plug-in opens the browser by Process.Start
                await login.WaitAsync();
                Console.WriteLine("logged in for " + login.Scopes);
            }
            var file = await client.DownloadAsync(
                new ObjectRequest("apsfetch-sandbox-models", "house.rvt", "house.rvt"));
            Console.WriteLine($"house.rvt: {file.Bytes} bytes");

            // Kept in a safe place, it lets the next run begin with ApsClientOptions.RefreshToken and no browser.
            var secret = client.GetRefreshToken();
            if (secret == null)
            {
                throw new InvalidOperationException("The login has no refresh token.");
            }
        }
        // ANCHOR_END: main
    }
}

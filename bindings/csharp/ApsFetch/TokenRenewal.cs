using System;
using System.Threading.Tasks;

namespace ApsFetch
{
    /// <summary>Asks the host's token provider, once for everybody who waits.</summary>
    internal sealed class TokenRenewal
    {
        private readonly object _guard = new object();
        private readonly Func<Task<string>> _provider;
        private readonly Action<string> _install;
        private Task _current;

        internal TokenRenewal(Func<Task<string>> provider, Action<string> install)
        {
            _provider = provider;
            _install = install;
        }

        /// <summary>The renewal under way, or a new one.</summary>
        internal Task Begin()
        {
            lock (_guard)
            {
                if (_current == null || _current.IsCompleted)
                {
                    // On the pool: a provider that returns to the thread it was called on would wait for itself
                    // if that thread is inside a blocking Download.
                    _current = Task.Run(RenewAsync);
                }
                return _current;
            }
        }

        private async Task RenewAsync()
        {
            var token = await (_provider() ?? Task.FromResult<string>(null)).ConfigureAwait(false);
            if (string.IsNullOrEmpty(token))
            {
                throw new InvalidOperationException("The token provider gave no access token.");
            }
            _install(token);
        }
    }
}
